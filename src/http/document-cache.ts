import type { DocumentNode } from 'graphql';

/** The largest document that is kept, and how much of them is, in characters of their texts. */
const largestKept = 10_000;
const most = 250_000;

/** Parsed documents by their texts; those used longest ago go first once there are too many. */
export function documentCache(): {
  get(text: string): DocumentNode | undefined;
  set(text: string, document: DocumentNode): void;
} {
  const documents = new Map<string, DocumentNode>();
  let size = 0;
  return {
    get(text) {
      const document = documents.get(text);
      if (document) {
        documents.delete(text);
        documents.set(text, document);
      }
      return document;
    },
    set(text, document) {
      if (text.length > largestKept || documents.has(text)) return;
      documents.set(text, document);
      size += text.length;
      for (const oldest of documents.keys()) {
        if (size <= most) break;
        documents.delete(oldest);
        size -= oldest.length;
      }
    },
  };
}
