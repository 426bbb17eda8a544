/** How far the clocks of two machines may be apart, in seconds. */
export const clockTolerance = 30;
