import { z } from 'zod';
import { ServerUrlError } from '../common/server-url.ts';

/** Where a server is, with everything that its URL says. */
export const serverUrl = <Settings>(read: (url: string) => Settings) =>
  z.string().transform((text, context) => {
    try {
      return read(text);
    } catch (error) {
      if (!(error instanceof ServerUrlError)) throw error;
      context.addIssue({ code: 'custom', message: error.message });
      return z.NEVER;
    }
  });
