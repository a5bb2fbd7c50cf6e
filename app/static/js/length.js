// How long a text is to the server (app/core/text.py): in characters as a reader counts them, in the form that is stored.
const CODE_POINTS_PER_CHARACTER = 16;
const segmenter = "Segmenter" in Intl ? new Intl.Segmenter(undefined, { granularity: "grapheme" }) : null;
// What nobody sees: blanks, controls, what is ignorable, empty pictures. Not among it: format characters of Arabic, Syriac
// and Kaithi that are visible, and the marks of direction, which stay.
const TRIMMED = new RegExp(
  "^(?:(?![\\u0600-\\u0605\\u06dd\\u070f\\u0890\\u0891\\u08e2\\u{110bd}\\u{110cd}\\u061c\\u200e\\u200f\\u2066-\\u2069])" +
  "[\\p{Cc}\\p{Cf}\\p{Z}\\p{Default_Ignorable_Code_Point}\\u2800\\u{13441}-\\u{13446}\\u{16fe4}\\u{1d159}])+$",
  "u",
);

function charactersOf(text) {
  return segmenter ? Array.from(segmenter.segment(text), (part) => part.segment) : [...text];
}

function trimmed(characters) {
  let [first, last] = [0, characters.length];
  while (first < last && TRIMMED.test(characters[first])) {
    first += 1;
  }
  while (last > first && TRIMMED.test(characters[last - 1])) {
    last -= 1;
  }
  return characters.slice(first, last);
}

export function lengthOf(text) {
  const characters = charactersOf(text.replace(/\r\n?/g, "\n").normalize("NFC"));
  return trimmed(characters).reduce((length, character) => {
    const size = [...character].length;
    return length + (size <= CODE_POINTS_PER_CHARACTER ? 1 : size);
  }, 0);
}
