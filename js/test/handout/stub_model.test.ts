// A model without a kernel does what one in a notebook does, as far as modules see.
import { describe, expect, it } from "vitest";
import { StubModel } from "../../src/handout/stub_model";

describe("a stub of a model", () => {
  it("tells of changes, once each, and of no others", () => {
    const model = new StubModel({ unit: 1 });
    const heard: unknown[] = [];
    const hear = (): void => void heard.push(model.get("unit"));
    model.on("change:unit", hear);
    model.set("unit", 1);
    model.set("unit", 2);
    model.off("change:unit", hear);
    model.set("unit", 3);
    expect(heard).toEqual([2]);
  });
  it("tells its kernel what was saved, and later what was sent", async () => {
    const model = new StubModel({});
    const heard: unknown[] = [];
    model.kernel = { receive: (message) => void heard.push(message.kind), saved: (traits) => void heard.push(traits) };
    model.set("unit", 2);
    model.send({ kind: "ready", seq: 0, meta: {}, arrays: [] });
    model.save_changes();
    model.save_changes();
    expect(heard).toEqual([{ unit: 2 }]);
    await Promise.resolve();
    expect(heard).toEqual([{ unit: 2 }, "ready"]);
  });
  it("hands on what the kernel tells, with its buffers", () => {
    const model = new StubModel({});
    const heard: unknown[][] = [];
    model.on("msg:custom", (...given: unknown[]) => void heard.push(given));
    const buffer = new ArrayBuffer(2);
    model.tell({ kind: "map" }, [buffer]);
    expect(heard).toEqual([[{ kind: "map" }, [buffer]]]);
  });
});
