/** The model of `fiducial score` and of the demo where none is named. */
export const DEFAULT_MODEL = 'face68';
/** Where a running stack is looked for where none is named. */
export const DEFAULT_PORT = 4680;
