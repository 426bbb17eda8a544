import type { Fault, FaultCode } from '../src/company/company-request.ts';
import { builder, type Described } from './builder.ts';
import { type Problem, ProblemInterface } from './problem.ts';

const FaultCodeEnum = builder.enumType('FaultCode', {
  description: 'What is wrong with a field, as programs read it.',
  values: {
    REQUIRED: { description: 'It is missing or empty.' },
    TOO_SHORT: { description: 'It is too short.' },
    TOO_LONG: { description: 'It has too many characters or entries.' },
    INVALID_CHARACTERS: { description: 'It contains characters that are not allowed.' },
    INVALID_FORMAT: { description: 'Its format is invalid.' },
    UNKNOWN_VALUE: { description: 'It is not a known value.' },
    RESERVED: { description: 'It is reserved for other uses.' },
    DUPLICATE: { description: 'It occurs more than once.' },
    NOT_ALLOWED: { description: 'Your role may not set it.' },
  } satisfies Described<FaultCode>,
});

/** A fault of whichever mutation's input. */
type InputFault = Omit<Fault, 'field'> & { readonly field: string };

const FaultObject = builder.objectRef<InputFault>('Fault').implement({
  description: 'One problem with an input.',
  authScopes: { signedIn: true },
  fields: (t) => ({
    field: t.exposeString('field', { description: 'The field of the input, e.g. `companyName`.' }),
    code: t.field({ type: FaultCodeEnum, resolve: ({ code }) => code, description: 'The kind of problem.' }),
    message: t.exposeString('message', {
      description: 'One sentence that says what to do. It never quotes the input.',
    }),
  }),
});

export class ValidationError implements Problem {
  readonly message = 'The input is invalid; nothing was changed.';
  readonly faults: readonly InputFault[];
  constructor(faults: readonly InputFault[]) {
    this.faults = faults;
  }
}

builder.objectType(ValidationError, {
  name: 'ValidationError',
  isTypeOf: (answer) => answer instanceof ValidationError,
  description: 'The input is invalid; all faults are reported at once.',
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
