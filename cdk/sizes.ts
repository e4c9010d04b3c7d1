/** Times and sizes that two sides of the deployment have to agree on. */

/** A message is hidden this long, and its holder's heartbeat hides it again. Scorer and trainer pass it with a receive. */
export const LEASE_SECONDS = 120;

/** The planner's Lambda. A listing that takes longer goes on by a message to itself. */
export const PLAN_TIMEOUT_SECONDS = 300;
