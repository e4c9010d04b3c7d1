/**
 * Keeps one scoring process running and fed. When it dies, the images that were with it are tried again one at a time
 * in a fresh one; the one that kills it alone is CRASHED (or TIMEOUT), the others have their outcomes, and what waits
 * goes on. The child lives on over shards and models.
 */
import { FiducialError, type ItemErrorCode } from '../../domain/errors.ts';
import type { Prediction } from '../../domain/records.ts';
import { failedPrediction } from '../outcomes.ts';
import { type Log, type ScoringItem, type ScoringModel, SILENT } from '../ports.ts';
import { type ChildOptions, type Death, ScoringChild } from './childProcess.ts';
import type { FromChild, ModelPayload } from './protocol.ts';

export interface SupervisorOptions extends ChildOptions {
  /** An image without an outcome after this long is TIMEOUT. */
  readonly itemTimeoutMs: number;
  /** Images that may be given to it at once; an image is late, too, when four times as many have overtaken it. */
  readonly window: number;
  /** Starting the child, or opening a model, may take so long. */
  readonly startTimeoutMs: number;
  /** Times an image has to kill the child alone to be CRASHED: a child may also die by another's hand. */
  readonly soloDeaths: number;
  /** Models open at once in one child. */
  readonly maxModels: number;
  loadModel(model: ScoringModel): Promise<ModelPayload>;
  readonly log?: Log;
}

const NOTHING = new Uint8Array();
/** Deaths in a row without an outcome between them, before the scorer gives up on its child. */
const FRUITLESS_STARTS = 5;

interface Pending {
  readonly id: number;
  readonly model: string;
  readonly image: ScoringItem;
  sentAt: number;
  /** Outcomes that the child had given when it was sent. */
  sentAfter: number;
  /** It was with a child that died: nothing else is with the child while this is. */
  suspect: boolean;
  /** Children that died while it was alone with them. */
  deaths: number;
  resolve(prediction: Prediction): void;
  reject(error: unknown): void;
}

interface OpenModel {
  readonly model: ScoringModel;
  state: 'loading' | 'open';
  since: number;
}

export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #log: Log;
  readonly #models = new Map<string, OpenModel>();
  readonly #known = new Map<string, ScoringModel>();
  /** With the child, in the order sent. */
  readonly #sent = new Map<number, Pending>();
  /** Waiting to be sent. */
  #queue: Pending[] = [];
  /** Were with a child that died: tried one at a time, before anything else. */
  #suspects: Pending[] = [];
  #child: ScoringChild | null = null;
  #startedAt = 0;
  #started = false;
  #closed = false;
  #nextId = 0;
  #outcomes = 0;
  #lastOutcomeAt = 0;
  #fruitless = 0;
  readonly #timer: NodeJS.Timeout;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#log = options.log ?? SILENT;
    this.#timer = setInterval(() => this.#checkTime(), options.watchEveryMs);
    this.#timer.unref();
  }

  /** Of the child; undefined while there is none. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Ends the child. What is not answered yet fails with ABORTED. */
  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    const child = this.#child;
    this.#child = null;
    this.#failAll(new FiducialError('ABORTED', 'The scorer was told to stop'));
    await child?.stop();
  }

  /** Its outcome. Rejects where the model can't be opened, the child can't be started, or it was told to stop. */
  submit(model: ScoringModel, image: ScoringItem): Promise<Prediction> {
    if (this.#closed) return Promise.reject(new FiducialError('ABORTED', 'The scorer was told to stop'));
    const key = modelKey(model);
    this.#known.set(key, model);
    return new Promise((resolve, reject) => {
      const fresh = { sentAt: 0, sentAfter: 0, suspect: false, deaths: 0 };
      this.#queue.push({ id: this.#nextId++, model: key, image, ...fresh, resolve, reject });
      this.#advance();
    });
  }

  /** Sends what may be sent now. Called after every event. */
  #advance(): void {
    if (this.#closed || (this.#queue.length === 0 && this.#suspects.length === 0)) return;
    if (!this.#child) this.#start();
    if (!this.#started) return;
    if (this.#suspects.length > 0) this.#sendSuspect();
    else if (![...this.#sent.values()].some(({ suspect }) => suspect)) this.#sendQueue();
  }

  #sendSuspect(): void {
    if (this.#sent.size > 0) return;
    const readiness = this.#prepare(this.#suspects[0]!.model);
    if (readiness === 'open') this.#send(this.#suspects.shift()!);
    else if (readiness === 'no room') this.#recycle();
  }

  /**
   * Images of models for which the child has no room wait until it has nothing else to do. They hold their slots
   * meanwhile, so in the end they are all that is in flight: nobody waits for ever.
   */
  #sendQueue(): void {
    const waiting: Pending[] = [];
    let loading = false;
    for (const pending of this.#queue) {
      const readiness = this.#prepare(pending.model);
      loading ||= readiness === 'loading';
      if (readiness === 'open') this.#send(pending);
      else waiting.push(pending);
    }
    this.#queue = waiting;
    if (waiting.length > 0 && this.#sent.size === 0 && !loading) this.#recycle();
  }

  #send(pending: Pending): void {
    const { id, model, image } = pending;
    pending.sentAt = Date.now();
    pending.sentAfter = this.#outcomes;
    if (this.#sent.size === 0) this.#lastOutcomeAt = pending.sentAt;
    this.#sent.set(id, pending);
    const { item, content } = image;
    const header = { id, model, item: { key: item.key, box: item.box } };
    if (content instanceof Uint8Array) this.#child!.sendImage(header, content);
    else this.#child!.sendImage({ ...header, file: content }, NOTHING);
  }

  /** Has the child open the model where it has room for another. */
  #prepare(key: string): 'open' | 'loading' | 'no room' {
    const known = this.#models.get(key);
    if (known) return known.state;
    if (this.#models.size >= this.#options.maxModels) return 'no room';
    this.#open(key).catch((error: unknown) => this.#refuse(key, error));
    return 'loading';
  }

  async #open(key: string): Promise<void> {
    const model = this.#known.get(key)!;
    const child = this.#child!;
    const entry: OpenModel = { model, state: 'loading', since: Date.now() };
    this.#models.set(key, entry);
    const payload = await this.#options.loadModel(model);
    entry.since = Date.now();
    if (this.#child === child) child.send({ kind: 'model', model: key, payload });
  }

  /** Sessions are not given back to the system, so a child with many models makes room by ending, once it is idle. */
  #recycle(): void {
    const child = this.#child;
    this.#forgetChild();
    void child?.stop();
    this.#start();
  }

  #start(): void {
    this.#startedAt = Date.now();
    const child: ScoringChild = new ScoringChild(this.#options, {
      message: (message) => {
        if (this.#child === child) this.#receive(message);
      },
      died: (why, detail) => {
        if (this.#child === child) this.#mourn(why, detail);
      },
    });
    this.#child = child;
  }

  #forgetChild(): void {
    this.#child = null;
    this.#started = false;
    this.#models.clear();
  }

  #receive(message: FromChild): void {
    if (message.kind === 'started') this.#started = true;
    else if (message.kind === 'opened') this.#opened(message.model);
    else if (message.kind === 'refused') {
      this.#refuse(message.model, new FiducialError(message.code, message.message));
    } else for (const { id, prediction } of message.outcomes) this.#answer(id, prediction);
    this.#advance();
  }

  #opened(key: string): void {
    const entry = this.#models.get(key);
    if (entry) entry.state = 'open';
  }

  #answer(id: number, prediction: Prediction): void {
    const pending = this.#sent.get(id);
    if (!pending) return;
    this.#sent.delete(id);
    this.#outcomes++;
    this.#lastOutcomeAt = Date.now();
    this.#fruitless = 0;
    pending.resolve(prediction);
  }

  /** The model can't be opened: its items fail as a whole, and are delivered again. */
  #refuse(key: string, error: unknown): void {
    this.#models.delete(key);
    const ofModel = ({ model }: Pending) => model === key;
    for (const pending of [...this.#suspects, ...this.#queue].filter(ofModel)) pending.reject(error);
    this.#suspects = this.#suspects.filter((pending) => !ofModel(pending));
    this.#queue = this.#queue.filter((pending) => !ofModel(pending));
    this.#advance();
  }

  #mourn(why: Death, detail: string): void {
    const lost = [...this.#sent.values()];
    this.#sent.clear();
    this.#forgetChild();
    this.#log.warn({ why, detail, images: lost.length }, 'the scoring process ended: trying its images one at a time');
    for (const pending of lost) pending.suspect = true;
    const [alone] = lost;
    if (lost.length === 1 && alone) {
      alone.deaths++;
      if (why === 'time') this.#condemn(alone, 'TIMEOUT');
      else if (alone.deaths >= this.#options.soloDeaths) this.#condemn(alone, 'CRASHED', why);
      else this.#suspects.unshift(alone);
    } else this.#suspects.unshift(...lost);
    if (lost.length === 0 && ++this.#fruitless >= FRUITLESS_STARTS) {
      this.#fruitless = 0;
      this.#failAll(new FiducialError('INTERNAL', `Expected the scoring process to start, got ${detail}`));
    }
    this.#advance();
  }

  #condemn({ image, resolve }: Pending, code: ItemErrorCode, why?: Death): void {
    const message = why === 'memory' ? 'reading this image took more memory than the limit' : undefined;
    resolve(failedPrediction(image.item.key, code, message));
  }

  #failAll(error: FiducialError): void {
    const all = [...this.#sent.values(), ...this.#suspects, ...this.#queue];
    this.#sent.clear();
    this.#suspects = [];
    this.#queue = [];
    for (const pending of all) pending.reject(error);
  }

  #checkTime(): void {
    if (!this.#child) return;
    const now = Date.now();
    const { startTimeoutMs } = this.#options;
    const starting = !this.#started && now - this.#startedAt > startTimeoutMs;
    const opening = [...this.#models.values()].some(
      ({ state, since }) => state === 'loading' && now - since > startTimeoutMs,
    );
    if (starting || opening || [...this.#sent.values()].some((pending) => this.#isOverdue(pending, now))) {
      this.#child.kill('time');
    }
  }

  /** Late while nothing comes at all, or while many that were sent after it have come. */
  #isOverdue({ sentAt, sentAfter }: Pending, now: number): boolean {
    const { itemTimeoutMs, window } = this.#options;
    if (now - sentAt <= itemTimeoutMs) return false;
    return now - this.#lastOutcomeAt > itemTimeoutMs || this.#outcomes - sentAfter > 4 * window;
  }
}

function modelKey({ pin, crop, detector }: ScoringModel): string {
  return [pin.owner, pin.name, pin.version, pin.sha256, crop, detector ?? ''].join(' ');
}
