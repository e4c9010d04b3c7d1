/**
 * Small objects of all shards, read in plan order: their time is the way there and back, and one that is slow must not
 * hold up those behind it. As many at once as the store's client has sockets; four times as many may wait in memory.
 */
export const READING_AHEAD = { atOnce: 64, ahead: 256 } as const;
