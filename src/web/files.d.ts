// What the build turns into addresses and sheets, and by what it names itself.
declare const RELEASE: string;
declare module '*.css';
declare module '*?url' {
  export const url: string;
  // biome-ignore lint/style/noDefaultExport: the form that the build gives to an address
  export default url;
}
