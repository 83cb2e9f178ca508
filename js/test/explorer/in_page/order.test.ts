import { describe, expect, it } from "vitest";
import { Order } from "../../../src/explorer/in_page/order";

const at = (left: number) => [0, left, 8, 8] as const;

describe("the order of answers", () => {
  it("shows all of the kernel where the page shows nothing", () => {
    const order = new Order(null);
    order.moved(at(1));
    order.moved(at(2));
    order.kernelIsAt(at(1));
    expect(order.admits("bars")).toBe(true);
    order.kernelIsAt(at(99)); // set from elsewhere
    expect(order.admits("bars")).toBe(true);
  });
  it("shows none of the kernel that is older than the page's, kind by kind", () => {
    const order = new Order(null);
    order.moved(at(1));
    const second = order.moved(at(2));
    order.moved(at(3));
    order.shows(second, ["bars"]);
    order.kernelIsAt(at(1));
    expect([order.admits("bars"), order.admits("gradient")]).toEqual([false, true]);
    order.kernelIsAt(at(2));
    expect(order.admits("bars")).toBe(true);
    order.kernelIsAt(at(1)); // the page's is replaced: the kernel keeps its own answers in order
    expect(order.admits("bars")).toBe(true);
  });
  it("shows the kernel's answer to where the hand rests, also where it was before", () => {
    const order = new Order(null);
    order.moved(at(1));
    order.kernelIsAt(at(1));
    order.moved(at(2));
    order.shows(order.moved(at(1)), ["bars"]);
    expect(order.admits("bars")).toBe(true);
  });
  it("takes no answer of the page that comes after the kernel's", () => {
    const order = new Order(at(0));
    const [first, second] = [order.moved(at(1)), order.moved(at(2))];
    expect(order.takes(first)).toBe(true);
    order.kernelIsAt(at(1));
    order.admits("bars");
    expect([order.takes(first), order.takes(second)]).toEqual([false, true]);
    order.kernelIsAt(at(2));
    order.admits("bars");
    expect(order.takes(second)).toBe(false);
  });
  it("knows no place that the hand was never at, and shows it where the page's answer is gone", () => {
    const order = new Order(null);
    order.shows(order.moved(at(1)), ["bars"]);
    order.kernelIsAt(at(7));
    expect(order.admits("bars")).toBe(false);
    order.forget();
    expect(order.admits("bars")).toBe(true);
  });
});
