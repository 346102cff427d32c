// Calls the server by gRPC-Web, and shows what the page sees.

import { createFileRegistry, fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-web";

const results = document.getElementById("results");
const api = results.dataset.api;

const definition = new Uint8Array(await (await fetch("greeter.binpb")).arrayBuffer());
const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, definition));
const greeter = createClient(
  registry.getService("greeter.v1.Greeter"),
  createGrpcWebTransport({ baseUrl: api }),
);

const cases = {
  async unary() {
    return (await greeter.greet({ name: "page" })).text;
  },
  async stream() {
    const numbers = [];
    for await (const { number } of greeter.count({ to: 5 })) numbers.push(number);
    return numbers.join(" ");
  },
  async trailers() {
    let status;
    await greeter.greet({ name: "page" }, { onTrailer: (trailer) => (status = trailer.get("grpc-status")) });
    return `grpc-status ${status}`;
  },
  async error() {
    return failure(greeter.greet({ name: "" }));
  },
  async deadline() {
    return failure(greeter.sleep({ milliseconds: 5000 }, { timeoutMs: 200 }));
  },
};

async function failure(call) {
  try {
    await call;
    return "no error";
  } catch (reason) {
    const error = ConnectError.from(reason);
    const details = error.details.map((detail) => detail.type).join(" ");
    return `${Code[error.code]}: ${error.rawMessage} ${details}`.trim();
  }
}

const seen = {};
for (const [name, run] of Object.entries(cases)) {
  try {
    seen[name] = await run();
  } catch (error) {
    seen[name] = `blocked: ${error.message}`;
  }
  const [term, text] = [document.createElement("dt"), document.createElement("dd")];
  [term.textContent, text.textContent] = [name, seen[name]];
  results.append(term, text);
}
results.dataset.seen = JSON.stringify(seen);
