/** Who watches which company, as a server keeps it that does nothing else. */
export interface WatchersByCompany<Watcher> {
  add(companyId: string, watcher: Watcher): void;
  delete(companyId: string, watcher: Watcher): void;
  each(visit: (watchers: ReadonlySet<Watcher>) => void): void;
}

export function watchersByCompany<Watcher>(): WatchersByCompany<Watcher> {
  const byCompany = new Map<string, Set<Watcher>>();
  return {
    add(companyId, watcher) {
      byCompany.set(companyId, (byCompany.get(companyId) ?? new Set()).add(watcher));
    },
    delete: (companyId, watcher) => void byCompany.get(companyId)?.delete(watcher),
    each(visit) {
      for (const watchers of byCompany.values()) visit(watchers);
    },
  };
}
