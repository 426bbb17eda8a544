/**
 * The progress of a command of the bench, from the bars that it draws: `Updating DocTypes for erpnext : [====   ] 34%`, and
 * `Setting up the company: 34%` while the wizard runs.
 * A command continues after its bar (dashboards, after_install), for which the last tenth is reserved.
 */
export function benchProgress(report: (percent: number) => void): (line: string) => void {
  return (line) => {
    const percent = isBar.exec(line)?.[1];
    if (percent !== undefined) report(Number(percent) * 0.9);
    else if (/^Updating Dashboard/.test(line)) report(95);
  };
}

/** Whether the line is a bar that another one overwrites. */
export const isPassingBar = (line: string): boolean => (isBar.exec(line)?.[1] ?? '100') !== '100';

/** One of the bars that overwrite each other. */
export const isBar = /^(?:Updating DocTypes for .+\]|Setting up the company:)\s*(\d{1,3})%\s*$/;
