/** How long an answer may take, in milliseconds. */
export const answerLimit = 2_000;

/** There was no answer in time. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';

  constructor() {
    super('No answer in time.');
  }
}

/** Rejects with NoAnswer after a while. Calls during a pending one share its result. */
export function singleFlight<Result>(ask: () => Promise<Result>): () => Promise<Result> {
  let asked: Promise<Result> | undefined;
  return () => {
    asked ??= Promise.race([ask(), noAnswer()]).finally(() => {
      asked = undefined;
    });
    return asked;
  };
}

const noAnswer = (): Promise<never> =>
  new Promise((_resolve, reject) => setTimeout(() => reject(new NoAnswer()), answerLimit).unref());
