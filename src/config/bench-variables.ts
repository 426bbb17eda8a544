import { z } from 'zod';
import { parseTimeZone } from '../company/time-zone.ts';
import { webAddress } from './address.ts';
import { wholeNumber } from './whole-number.ts';

/** The words of a command, with blanks between; a JSON list where a word holds a blank. */
const words = z.string().transform((text, context): string[] => {
  if (!text.startsWith('[')) return text.split(/\s+/).filter((word) => word !== '');
  try {
    return z.array(z.string()).parse(JSON.parse(text));
  } catch {
    context.addIssue({
      code: 'custom',
      message: 'must be words, such as docker compose exec -T backend, or a JSON list of them',
    });
    return z.NEVER;
  }
});

/** The Frappe bench that makes the sites. */
export const benchVariables = {
  BENCH_PATH: z
    .string()
    .startsWith('/', { error: 'must be the bench’s folder, such as /home/frappe/frappe-bench' })
    .optional(),
  BENCH_EXEC: words.default([]),
  BENCH_DB_TYPE: z.enum(['mariadb', 'postgres']).optional(),
  BENCH_DB_HOST: z.string().optional(),
  BENCH_DB_PORT: wholeNumber(1, 65_535).optional(),
  BENCH_DB_ADMIN: z.string().optional(),
  BENCH_DB_ADMIN_PASSWORD: z.string().optional(),
  BENCH_DB_LOGIN_SCOPE: z.string().optional(),
  BENCH_TEMPLATES: z.enum(['on', 'off']).default('on'),
  BENCH_TIME_ZONE: z
    .string()
    .refine((name) => parseTimeZone(name) === name, { error: 'must be a time zone such as Europe/Berlin' })
    .optional(),
  BENCH_WEB_URL: webAddress('http://localhost:8000').optional(),
};
