/** Objects read at once: as many as the store's client has sockets. They are small: their time is the way there and back. */
const READ_AT_ONCE = 128;
const MOST_AHEAD = 1024;
/** Failures, or faces and their errors: about 300 bytes each. */
const ENTRIES_HELD = 131_072;

/**
 * How the objects of all shards are read in plan order where none holds more entries than so many. One that is slow
 * holds up nothing but itself as long as those behind it may wait in memory.
 */
export function readingAhead(mostEntries: number): { readonly atOnce: number; readonly ahead: number } {
  const held = Math.floor(ENTRIES_HELD / Math.max(1, mostEntries));
  return { atOnce: READ_AT_ONCE, ahead: Math.min(MOST_AHEAD, Math.max(READ_AT_ONCE, held)) };
}
