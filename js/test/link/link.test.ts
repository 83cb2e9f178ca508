import { expect, it, vi } from "vitest";
import { Link } from "../../src/link/link";
import type { Model } from "../../src/link/model";

it("says in the pane that the kernel is gone", () => {
  const set = vi.fn();
  const send = (): void => {
    throw new Error("Cannot send");
  };
  const link = new Link({ on: vi.fn(), off: vi.fn(), send, set } as unknown as Model<object>);
  link.post("visible");
  link.request("visible");
  expect(set).toHaveBeenCalledWith("notice", expect.stringMatching(/^The kernel .*run the cell again\.$/));
});
