// What the clients and the upstream of Node's world have in common; see docs/interop.md.

// Its length is a prime: a buffer that is lost or doubled shifts it.
const PATTERN = Buffer.from("0123456789abcdefghijklmnopqrstuvwxyz\n");

export const body = (size) => Buffer.alloc(size, PATTERN);
export const isIntact = (data) => data.equals(body(data.length));

export async function whole(stream) {
  const parts = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts);
}
