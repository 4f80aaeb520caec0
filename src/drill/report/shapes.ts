// The mark of the house, and the shapes that say a verdict without its hue.

const STUDS = [4, 12, 20].flatMap((y) => [
  [3.5, y, 2.6],
  [12, y, 2.6 - (y / 20) * 1.4],
  [20.5, y, 2.6],
]);

export const MARK = `<svg width="24" height="24" viewBox="0 0 24 24" fill="currentColor" aria-hidden="true">${STUDS.map(
  ([x, y, r]) => `<circle cx="${x}" cy="${y}" r="${r}"/>`,
).join('')}</svg>`;

const PATHS = {
  go: '<circle cx="50" cy="50" r="44"/><path d="M28 52 L44 67 L73 35"/>',
  'no-go':
    '<path d="M32 6 H68 L94 32 V68 L68 94 H32 L6 68 V32 Z"/><path d="M28 50 H72" stroke-width="13"/>',
  stopped: '<rect x="8" y="8" width="84" height="84" rx="12"/>',
};

export function shape(verdict: keyof typeof PATHS, size: number): string {
  return `<svg width="${size}" height="${size}" viewBox="0 0 100 100" fill="none" stroke="currentColor" stroke-width="9" stroke-linecap="round" stroke-linejoin="round" class="is-${verdict}" aria-hidden="true">${PATHS[verdict]}</svg>`;
}
