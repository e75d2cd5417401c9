export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow';

/** Returns the text with the style's control codes around it, or as it is where styles are not shown. */
export type Paint = (style: Style, text: string) => string;

/** For output that is no terminal. */
export const plain: Paint = (_style, text) => text;
