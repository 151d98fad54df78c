//! What the screen shows while a device is enrolled: the QR code with a few words beside or below it, or
//! why there is none, and the letters of the seed on request.

use zeroize::Zeroizing;

use crate::model::mfa_device::picture::Picture;
use crate::model::mfa_device::seed::Seed;

/// Light modules around the code. The standard asks for four (ISO/IEC 18004, 5.3.8); with two, what is
/// read by a camera is mostly read, too.
const QUIET: [usize; 2] = [4, 2];
/// Columns of the words, and between them and the code.
const WORDS: usize = 33;
const GAP: usize = 2;

pub(crate) struct Screen<'a> {
    pub picture: Option<&'a Picture>,
    pub seed: &'a Seed,
    pub shows_letters: bool,
    /// What was wrong with the answer before.
    pub problem: Option<&'a str>,
}

impl Screen<'_> {
    /// The lines for a terminal of that size. Its last line is left to the question.
    pub(crate) fn text(&self, columns: usize, rows: usize) -> Zeroizing<String> {
        let room = rows.saturating_sub(1);
        if let Some(picture) = self.picture {
            for quiet in QUIET {
                let (width, height) = (picture.columns(quiet), picture.rows(quiet));
                let words = self.words(WORDS);
                if width + GAP + WORDS <= columns && height.max(words.len()) <= room {
                    return joined(height.max(words.len()), |at| {
                        let line = (at < height).then(|| picture.line(at, quiet));
                        let blank = || Zeroizing::new(" ".repeat(width));
                        let word = words.get(at).map_or("", |word| word.as_str());
                        [
                            line.unwrap_or_else(blank),
                            Zeroizing::new(" ".repeat(GAP)),
                            word.to_owned().into(),
                        ]
                    });
                }
                let words = self.words(columns);
                if width <= columns && height + words.len() <= room {
                    return joined(height + words.len(), |at| {
                        let word = |at: usize| words[at].clone();
                        let line = match at.checked_sub(height) {
                            None => picture.line(at, quiet),
                            Some(at) => word(at),
                        };
                        [line, Zeroizing::default(), Zeroizing::default()]
                    });
                }
            }
        }
        let words = self.words_without_picture(columns, rows);
        joined(words.len(), |at| {
            [
                words[at].clone(),
                Zeroizing::default(),
                Zeroizing::default(),
            ]
        })
    }

    fn words(&self, width: usize) -> Vec<Zeroizing<String>> {
        let mut lines = wrapped(
            "Scan this code with your authenticator app. Then type two codes that follow one another.",
            width,
        );
        lines.extend(self.letters(width));
        lines.extend(self.told(width));
        lines
    }

    fn words_without_picture(&self, columns: usize, rows: usize) -> Vec<Zeroizing<String>> {
        let mut lines = match self.picture {
            Some(picture) => {
                let [.., least] = QUIET;
                let text = format!(
                    "The terminal is too small for the QR code: it has {columns} columns and {rows} \
                     lines, and the code needs {} and {}. Make the window larger and press Enter, or \
                     give your authenticator app the key in letters.",
                    picture.columns(least),
                    picture.rows(least) + 1 + self.words(picture.columns(least)).len(),
                );
                wrapped(&text, columns)
            }
            None => wrapped(
                "The user's name is too long for a QR code. Give your authenticator app the key in letters.",
                columns,
            ),
        };
        lines.extend(self.letters(columns));
        lines.extend(self.told(columns));
        lines
    }

    fn letters(&self, width: usize) -> Vec<Zeroizing<String>> {
        if !self.shows_letters {
            return wrapped("Type s to see the key in letters.", width);
        }
        let mut lines = wrapped("The key in letters (type s to hide it):", width);
        lines.extend(self.seed.lines(width));
        lines
    }

    fn told(&self, width: usize) -> Vec<Zeroizing<String>> {
        let problem = self.problem.map(|problem| wrapped(problem, width));
        problem.unwrap_or_default()
    }
}

/// Lines of three parts each, as one text that never moves.
fn joined(count: usize, parts: impl Fn(usize) -> [Zeroizing<String>; 3]) -> Zeroizing<String> {
    let lines: Vec<_> = (0..count).map(parts).collect();
    let length = lines.iter().flatten().map(|part| part.len() + 1).sum();
    let mut text = Zeroizing::new(String::with_capacity(length));
    for line in &lines {
        for part in line {
            text.push_str(part);
        }
        text.push('\n');
    }
    text
}

/// Words in lines of that many columns. A word that is longer has a line of its own.
fn wrapped(text: &str, width: usize) -> Vec<Zeroizing<String>> {
    let mut lines: Vec<Zeroizing<String>> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(Zeroizing::new(word.to_owned())),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn screen(columns: usize, rows: usize, shows_letters: bool) -> String {
        let seed = Seed::parse(&"JBSWY3DP".repeat(8)).expect("it is one");
        let picture = Picture::of(&seed.link("testuser", "123456789012"));
        let screen = Screen {
            picture: picture.as_ref(),
            seed: &seed,
            shows_letters,
            problem: Some("the second code must follow the first one"),
        };
        screen.text(columns, rows).to_string()
    }

    #[test]
    fn it_fits_the_terminal_in_every_size() {
        let dark = "\u{1b}[48;5;16m";
        for (columns, rows, has_code) in [
            (80, 24, true),
            (200, 60, true),
            (50, 40, true),
            (45, 30, true),
            (80, 22, true),
            (79, 24, true),
            (75, 24, false),
            (80, 21, false),
            (80, 20, false),
            (40, 60, false),
        ] {
            for shows_letters in [false, true] {
                let text = screen(columns, rows, shows_letters);
                assert!(text.lines().count() < rows, "{columns}×{rows}:\n{text}");
                assert_eq!(text.contains(dark), has_code, "{columns}×{rows}:\n{text}");
                assert_eq!(text.contains("JBSW Y3DP"), shows_letters);
                assert_eq!(text.contains("too small"), !has_code);
            }
        }
    }
}
