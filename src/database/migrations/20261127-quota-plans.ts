import { Migration } from '@mikro-orm/migrations';

/**
 * The two counts of a quota are planned once for each connection: planning them takes five times as long as counting. A plan that is
 * kept from when the table was small stays good, since it uses an index: the one in whose order the companies are counted.
 */
export class QuotaPlans extends Migration {
  override name = '20261127-quota-plans';

  override up(): void {
    this.addSql(`alter function ${quotaExceeded} set plan_cache_mode = force_generic_plan`);
    this.addSql(`alter function ${quotaExceeded} set enable_seqscan = off`);
  }

  override down(): void {
    this.addSql(`alter function ${quotaExceeded} reset all`);
  }
}

const quotaExceeded = 'quota_exceeded(text, text, integer, integer)';
