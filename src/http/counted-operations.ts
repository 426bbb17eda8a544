import { type DocumentNode, type GraphQLError, getOperationAST } from 'graphql';
import { isAsyncIterable, type Plugin } from 'graphql-yoga';
import type { Metrics, OperationType } from '../observability/metrics.ts';
import { isInternal } from './error-mask.ts';

interface Executed {
  readonly document: DocumentNode;
  readonly operationName?: string | null | undefined;
}

/** Counts operations, by every transport. It comes before plugins that may stop an operation. */
export const countedOperations = (metrics: Metrics): Plugin => {
  const count = ({ document, operationName }: Executed, errors: readonly GraphQLError[] = []): void => {
    const type: OperationType = getOperationAST(document, operationName)?.operation ?? 'unknown';
    metrics.operationEnded(type, errors.length === 0 ? 'answered' : errors.some(isInternal) ? 'failed' : 'refused');
  };
  return {
    onParse:
      () =>
      ({ result }) => {
        if (result instanceof Error) metrics.operationEnded('unknown', 'refused');
      },
    onValidate:
      () =>
      ({ valid }) => {
        if (!valid) metrics.operationEnded('unknown', 'refused');
      },
    onExecute: ({ args }) => ({
      onExecuteDone({ result }) {
        if (!isAsyncIterable(result)) count(args, result.errors);
      },
    }),
    onSubscribe: ({ args }) => ({
      onSubscribeResult: ({ result }) => count(args, isAsyncIterable(result) ? [] : result.errors),
    }),
  };
};
