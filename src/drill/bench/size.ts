/** How much a bench measures. A quick one shows that everything still runs; its figures say little. */
export type Size = {
  readonly bigTickets: number;
  readonly smallTickets: number;
  /** Of the match whose list, codes and import are measured: a full stadium. */
  readonly stadiumTickets: number;
  readonly stadiumImports: number;
  readonly rounds: number;
  readonly turnMs: number;
  readonly warmUpMs: number;
  readonly calmTurnMs: number;
  readonly calmTurns: number;
  readonly memoryScans: number;
};

export const FULL: Size = {
  bigTickets: 1_000_000,
  smallTickets: 10_000,
  stadiumTickets: 80_000,
  stadiumImports: 3,
  rounds: 9,
  turnMs: 1_500,
  warmUpMs: 8_000,
  calmTurnMs: 5_000,
  calmTurns: 4,
  memoryScans: 5_000,
};

export const QUICK: Size = {
  bigTickets: 20_000,
  smallTickets: 5_000,
  stadiumTickets: 4_000,
  stadiumImports: 1,
  rounds: 3,
  turnMs: 300,
  warmUpMs: 500,
  calmTurnMs: 1_000,
  calmTurns: 1,
  memoryScans: 500,
};
