/** Server-sent events from a response's body. HTML Standard, 9.2.6: fields by line, a blank line ends an event. */
export interface ServerEvent {
  readonly event: string;
  readonly data: string;
}

export async function* eventsOf(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerEvent> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let held = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const blocks = (held + decoder.decode(value, { stream: true })).replaceAll('\r\n', '\n').split('\n\n');
      held = blocks.pop()!;
      for (const block of blocks) yield eventOf(block);
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

function eventOf(block: string): ServerEvent {
  const of = (field: string) =>
    block
      .split('\n')
      .filter((line) => line.startsWith(`${field}:`))
      .map((line) => line.slice(field.length + 1).replace(/^ /, ''))
      .join('\n');
  return { event: of('event'), data: of('data') };
}
