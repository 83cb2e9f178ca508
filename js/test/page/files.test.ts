import { expect, it, vi } from "vitest";
import { deliverFile } from "../../src/page/files";

const life = new AbortController().signal;
const host = () => ({ deliver: vi.fn(), refuse: vi.fn() });
const file = (name: string, type: string, more: object = {}): File => Object.assign(new File([new Uint8Array([1, 2])], name, { type }), more);

it("delivers a picture's name and bytes", async () => {
  const to = host();
  await deliverFile(file("a.png", "image/png"), to, life);
  expect(to.deliver).toHaveBeenCalledWith("a.png", new Uint8Array([1, 2]));
  expect(to.refuse).not.toHaveBeenCalled();
});
it("says why it takes no other file, none that is too large, and none that cannot be read", async () => {
  const to = host();
  await deliverFile(file("a.txt", "text/plain"), to, life);
  const large = file("b.png", "image/png");
  Object.defineProperty(large, "size", { value: 65 * 2 ** 20 });
  await deliverFile(large, to, life);
  await deliverFile(file("c.png", "image/png", { arrayBuffer: () => Promise.reject(new Error("gone")) }), to, life);
  expect(to.refuse.mock.calls.map(([said]) => said)).toEqual(["a.txt is not a picture.", "b.png is larger than 64 MB.", "The picture could not be read."]);
  expect(to.deliver).not.toHaveBeenCalled();
});
it("delivers nothing to a view that has ended", async () => {
  const [to, ended] = [host(), new AbortController()];
  ended.abort();
  await deliverFile(file("a.png", "image/png"), to, ended.signal);
  expect(to.deliver).not.toHaveBeenCalled();
});
