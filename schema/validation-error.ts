import type { Fault, FaultCode } from '../src/company/company-request.ts';
import { builder } from './builder.ts';
import type { Described } from './described.ts';
import { type Problem, ProblemInterface } from './problem.ts';

const FaultCodeEnum = builder.enumType('FaultCode', {
  description: 'What is wrong with a field, as programs read it.',
  values: {
    REQUIRED: { description: 'It is empty, and must not be.' },
    TOO_SHORT: { description: 'It has too few characters.' },
    TOO_LONG: { description: 'It has too many characters or entries.' },
    INVALID_CHARACTERS: { description: 'It holds characters that are not allowed there.' },
    INVALID_FORMAT: { description: 'It is not written as such a thing is.' },
    UNKNOWN_VALUE: { description: 'It names something that is not there.' },
    RESERVED: { description: 'It is kept for other uses.' },
    DUPLICATE: { description: 'It stands there more than once.' },
    NOT_ALLOWED: { description: 'Your role may not give it.' },
  } satisfies Described<FaultCode>,
});

/** A fault of whichever mutation's input. */
type InputFault = Omit<Fault, 'field'> & { readonly field: string };

const FaultObject = builder.objectRef<InputFault>('Fault').implement({
  description: 'One thing that is wrong with an input.',
  authScopes: { signedIn: true },
  fields: (t) => ({
    field: t.exposeString('field', { description: 'The field of the input, e.g. `companyName`.' }),
    code: t.field({ type: FaultCodeEnum, resolve: ({ code }) => code, description: 'The kind of fault.' }),
    message: t.exposeString('message', {
      description: 'One sentence that says what to do. It repeats nothing of what was sent.',
    }),
  }),
});

export class ValidationError implements Problem {
  readonly message = 'The input has faults; nothing was changed.';
  readonly faults: readonly InputFault[];
  constructor(faults: readonly InputFault[]) {
    this.faults = faults;
  }
}

builder.objectType(ValidationError, {
  name: 'ValidationError',
  isTypeOf: (answer) => answer instanceof ValidationError,
  description: 'The input has faults; all of them are told at once.',
  interfaces: [ProblemInterface],
  authScopes: { signedIn: true },
  fields: (t) => ({
    faults: t.field({
      type: [FaultObject],
      resolve: ({ faults }) => faults,
      description: 'Each fault with its field.',
    }),
  }),
});
