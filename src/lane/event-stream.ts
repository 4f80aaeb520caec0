// Server-sent events (WHATWG HTML, 9.2): the part of it that a lane needs.

export type StreamEvent = { readonly name: string; readonly data: string; readonly id: string };

/** A line longer than this is not an event of ours. */
const LINE_LENGTH_MAX = 4 * 1024 * 1024;

/** @param onBytes - called for comments as well, which is how a quiet stream shows that it lives */
export async function* openEvents(
  body: AsyncIterable<Uint8Array>,
  onBytes: () => void,
): AsyncGenerator<StreamEvent> {
  const decoder = new TextDecoder();
  let rest = '';
  let event = { name: 'message', data: '', id: '' };
  for await (const chunk of body) {
    onBytes();
    const lines = (rest + decoder.decode(chunk, { stream: true })).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? '';
    if (rest.length > LINE_LENGTH_MAX) throw new Error('the event stream is not one');
    for (const line of lines) {
      if (line === '') {
        if (event.data !== '') yield event;
        event = { name: 'message', data: '', id: event.id };
      } else event = withField(event, line);
    }
  }
}

function withField(event: StreamEvent, line: string): StreamEvent {
  const colon = line.indexOf(':');
  const field = colon === -1 ? line : line.slice(0, colon);
  const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '');
  switch (field) {
    case 'event':
      return { ...event, name: value };
    case 'data':
      return { ...event, data: event.data === '' ? value : `${event.data}\n${value}` };
    case 'id':
      return { ...event, id: value };
    default:
      return event;
  }
}
