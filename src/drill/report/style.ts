// Ink on paper, brass for what is chosen; the five hues of a state, each with a shape of its own.

export const STYLE = `
:root { color-scheme: light; --ground:#faf8f3; --raised:#fff; --fg:#14161a; --quiet:#5c5a54; --line:#d9d4c8;
  --accent:#a8791f; --accent-text:#7a5510; --admitted:#00784e; --refused:#b3261e; --refer:#9a6700;
  --provisional:#1f5fbf; --unknown:#5c6068; --admitted-text:#006b45; --refused-text:#a1201a; --refer-text:#835700;
  --provisional-text:#1a53a8; --band:#eae6dc; }
:root[data-theme="dark"] { color-scheme: dark; --ground:#14161a; --raised:#1d2026; --fg:#f4f1ea; --quiet:#b3aea3;
  --line:#363a42; --accent:#e0b45c; --accent-text:#e0b45c; --admitted:#1f9d6c; --refused:#e5564b; --refer:#d39a2a;
  --provisional:#5b93ea; --unknown:#8a8f98; --admitted-text:#4fce98; --refused-text:#ff938a; --refer-text:#f0b840;
  --provisional-text:#8db8ff; --band:#262a31; }
* { box-sizing: border-box; }
html { background: var(--ground); color: var(--fg); text-autospace: normal; text-spacing-trim: normal;
  font: 16px/1.5 "PingFang SC","Microsoft YaHei","Noto Sans SC","Noto Sans CJK SC",system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;
  font-variant-numeric: tabular-nums; }
:lang(en) { font-family: system-ui,-apple-system,"Segoe UI",Roboto,"PingFang SC","Noto Sans SC",sans-serif; }
html[data-lang="en"] [lang="zh-CN"], html[data-lang="zh"] [lang="en"] { display: none; }
body { margin: 0 auto; max-width: 1040px; padding: 24px 24px 64px; }
header { display: flex; align-items: center; gap: 12px; color: var(--quiet); font-size: 14px; }
header svg { color: var(--accent); flex: none; }
header h1 { font-size: 16px; font-weight: 600; color: var(--fg); margin: 0; flex: 1; }
button { font: inherit; font-size: 14px; color: var(--fg); background: none; border: 1px solid var(--line); border-radius: 6px;
  padding: 4px 12px; min-height: 32px; cursor: pointer; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
h2 { font-size: 20px; line-height: 28px; font-weight: 600; margin: 48px 0 8px; }
p { margin: 4px 0 12px; max-width: 68ch; }
.quiet, .quiet td { color: var(--quiet); }
.small { font-size: 14px; }
.verdict { display: grid; grid-template-columns: 96px 1fr; gap: 24px; align-items: center; margin: 32px 0 16px;
  padding: 24px 0; border-block: 1px solid var(--line); }
.verdict strong { display: block; font-size: 64px; line-height: 1.05; font-weight: 600; }
.verdict p { margin: 8px 0 0; font-size: 20px; line-height: 28px; }
.is-go { color: var(--admitted-text); } .is-no-go { color: var(--refused-text); } .is-stopped { color: var(--quiet); }
.verdict p { color: var(--fg); }
.tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(150px, 1fr)); gap: 0 24px; margin: 0; }
.tiles div { border-top: 1px solid var(--line); padding: 8px 0 16px; }
.tiles dt { font-size: 14px; color: var(--quiet); }
.tiles dd { margin: 0; font-size: 28px; line-height: 36px; }
.rules { list-style: none; padding: 0; margin: 0; }
.rules li { display: grid; grid-template-columns: 24px 1fr auto; gap: 12px; padding: 12px 0; border-top: 1px solid var(--line); }
.rules li > svg { margin-top: 1px; }
.rules b { font-weight: 600; } .rules .means { color: var(--quiet); font-size: 14px; display: block; }
.rules ul { margin: 8px 0 0; padding-left: 18px; font-size: 14px; color: var(--refused-text); overflow-wrap: anywhere; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 14px; line-height: 20px; }
th { text-align: left; font-weight: 400; color: var(--quiet); padding: 4px 16px 4px 0; border-bottom: 1px solid var(--line); vertical-align: bottom; white-space: nowrap; }
td { padding: 8px 16px 8px 0; border-bottom: 1px solid var(--line); vertical-align: top; white-space: nowrap; }
td.words { white-space: normal; } td:last-child, th:last-child { padding-right: 0; }
.bad { color: var(--refused-text); } .good { color: var(--admitted-text); } .warn { color: var(--refer-text); }
figure { margin: 12px 0; overflow-x: auto; }
figure svg { display: block; width: 100%; min-width: 720px; height: auto; }
svg text { font: 12px system-ui, "PingFang SC", "Noto Sans SC", sans-serif; fill: var(--quiet); }
svg text.strong { fill: var(--fg); }
.legend { display: flex; flex-wrap: wrap; gap: 4px 24px; font-size: 14px; color: var(--quiet); padding: 0; list-style: none; margin: 8px 0; }
.legend li { display: flex; align-items: center; gap: 8px; }
.sign td { height: 48px; } .sign td { width: 25%; }
code { font: 14px/20px ui-monospace, "SF Mono", Menlo, monospace; overflow-wrap: anywhere; }
@media (max-width: 560px) { body { padding: 16px 16px 48px; } .verdict { grid-template-columns: 56px 1fr; gap: 16px; }
  .verdict strong { font-size: 40px; } .verdict p { font-size: 16px; line-height: 24px; } .verdict svg { width: 56px; height: 56px; } }
@media print { :root, :root[data-theme="dark"] { color-scheme: light; --ground:#fff; --raised:#fff; --fg:#000; --quiet:#444; --line:#bbb;
  --accent:#7a5510; --admitted:#00784e; --refused:#b3261e; --provisional:#1f5fbf; --admitted-text:#006b45; --refused-text:#a1201a;
  --refer-text:#835700; --provisional-text:#1a53a8; --band:#eee; }
  button { display: none; } body { max-width: none; padding: 0; font-size: 12px; } h2 { margin-top: 24px; break-after: avoid; }
  tr, figure, .rules li, .verdict { break-inside: avoid; } * { print-color-adjust: exact; -webkit-print-color-adjust: exact; } @page { margin: 16mm; } }
`;

/** The reader’s language and theme, until they choose. */
export const SCRIPT = `
const root = document.documentElement;
const say = (name, value) => { root.dataset[name] = value; if (name === 'lang') root.lang = value === 'zh' ? 'zh-CN' : 'en'; };
say('lang', navigator.language.startsWith('zh') ? 'zh' : 'en');
say('theme', matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');
const asked = new URLSearchParams(location.hash.slice(1));
for (const name of ['lang', 'theme']) if (asked.get(name)) say(name, asked.get(name));
document.getElementById('lang').onclick = () => say('lang', root.dataset.lang === 'zh' ? 'en' : 'zh');
document.getElementById('theme').onclick = () => say('theme', root.dataset.theme === 'dark' ? 'light' : 'dark');
`;
