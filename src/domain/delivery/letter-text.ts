// A letter as plain text and as HTML that reads well aloud: one column, real headings and tables, no pictures.
import type { Block, Letter } from './letters.ts';

export function letterText({ blocks }: Letter): string {
  return `${blocks.map(blockText).join('\n\n')}\n`;
}

function blockText(block: Block): string {
  switch (block.kind) {
    case 'paragraph':
    case 'note':
      return block.text;
    case 'facts':
      return block.facts.map(([label, value]) => `${label}: ${value}`).join('\n');
    case 'link':
      return `${block.text}:\n${block.href}`;
  }
}

/** Colours of at least 4.5 : 1 on white; sizes follow the reader's own. */
export function letterHtml({ language, subject, blocks }: Letter): string {
  return [
    '<!doctype html>',
    `<html lang="${language}">`,
    '<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">',
    `<title>${escaped(subject)}</title></head>`,
    '<body style="margin:0;background:#ffffff;color:#14161a;font-family:system-ui,sans-serif;line-height:1.6">',
    '<main style="max-width:36em;margin:0 auto;padding:1.5em">',
    `<h1 style="font-size:1.3em;line-height:1.3">${escaped(subject)}</h1>`,
    ...blocks.map(blockHtml),
    '</main></body></html>',
    '',
  ].join('\n');
}

function blockHtml(block: Block): string {
  switch (block.kind) {
    case 'paragraph':
      return `<p>${escaped(block.text)}</p>`;
    case 'note':
      return `<p style="font-size:0.9em;color:#5a5752">${escaped(block.text)}</p>`;
    case 'facts':
      return `<table style="border-collapse:collapse">${block.facts.map(rowHtml).join('')}</table>`;
    case 'link':
      return `<p><a href="${escaped(block.href)}" style="color:#7a560f;font-weight:600">${escaped(block.text)}</a></p>`;
  }
}

function rowHtml([label, value]: readonly [string, string]): string {
  const cell = 'text-align:left;vertical-align:top;padding:0.2em 1em 0.2em 0';
  return `<tr><th scope="row" style="${cell};font-weight:400;color:#5a5752">${escaped(label)}</th><td style="${cell}">${escaped(value)}</td></tr>`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`);
}
