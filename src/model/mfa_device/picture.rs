//! A QR code as characters of a terminal. Each is two modules, one above the other.
//!
//! The colours are named: a code in the terminal's own colours would be light on dark on many
//! terminals, which some cameras do not read. They are two of the fixed 6×6×6 cube, as themes redefine
//! the first sixteen (xterm, "256 colours"). NO_COLOR does not count here: it is a picture.

use qrcodegen_no_heap::{QrCode, QrCodeEcc, QrSegment, Version};
use zeroize::Zeroizing;

/// Of the largest code that is made: more than a terminal shows.
const LARGEST: Version = Version::new(20);
const BUFFER: usize = LARGEST.buffer_len();

/// Sequences of dark (16) and light (231): foreground and background.
const FRONT: [&str; 2] = ["\u{1b}[38;5;231m", "\u{1b}[38;5;16m"];
const BACK: [&str; 2] = ["\u{1b}[48;5;231m", "\u{1b}[48;5;16m"];
const PLAIN: &str = "\u{1b}[0m";

/// The dark modules of a code, row by row.
pub(crate) struct Picture {
    modules: Zeroizing<Vec<bool>>,
    side: usize,
}

impl Picture {
    /// The code of a link: text, letters that can be encoded as such, and text. None if it is too long.
    /// Every buffer is wiped: the code is as secret as the seed in it.
    pub(crate) fn of([before, letters, after]: &[Zeroizing<String>; 3]) -> Option<Self> {
        let mut packed = Zeroizing::new([0; BUFFER]);
        let segments = [
            QrSegment::make_bytes(before.as_bytes()),
            QrSegment::make_alphanumeric(letters, &mut *packed),
            QrSegment::make_bytes(after.as_bytes()),
        ];
        let mut codewords = Zeroizing::new([0; BUFFER]);
        let (length, level, version) = QrCode::encode_segments_to_codewords(
            &segments,
            &mut *codewords,
            QrCodeEcc::Low,
            Version::MIN,
            LARGEST,
            true,
        )
        .ok()?;
        let mut scratch = Zeroizing::new([0; BUFFER]);
        let code =
            QrCode::encode_codewords(&mut *codewords, length, &mut *scratch, level, version, None);
        let size = code.size();
        let places = (0..size).flat_map(|y| (0..size).map(move |x| (x, y)));
        let mut modules = Zeroizing::new(Vec::with_capacity(BUFFER * 8));
        modules.extend(places.map(|(x, y)| code.get_module(x, y)));
        let side = usize::try_from(size).ok()?;
        Some(Self { modules, side })
    }

    /// Columns with so many light modules around it.
    pub(crate) fn columns(&self, quiet: usize) -> usize {
        self.side + 2 * quiet
    }

    /// Lines, the same.
    pub(crate) fn rows(&self, quiet: usize) -> usize {
        self.columns(quiet).div_ceil(2)
    }

    /// One line, from 0, with so many light modules around the code.
    pub(crate) fn line(&self, row: usize, quiet: usize) -> Zeroizing<String> {
        // Room for a change of both colours at each character: text that moves leaves a copy behind.
        let mut line = Zeroizing::new(String::with_capacity(self.columns(quiet) * 32));
        let mut last = None;
        for column in 0..self.columns(quiet) {
            let upper = self.is_dark(column, 2 * row, quiet);
            let lower = self.is_dark(column, 2 * row + 1, quiet);
            if last != Some((upper, lower)) {
                line.push_str(FRONT[usize::from(upper)]);
                line.push_str(BACK[usize::from(lower)]);
                last = Some((upper, lower));
            }
            // Fonts leave gaps between full blocks, and none between backgrounds.
            line.push(if upper == lower { ' ' } else { '▀' });
        }
        line.push_str(PLAIN);
        line
    }

    fn is_dark(&self, column: usize, row: usize, quiet: usize) -> bool {
        let at = |place: usize| place.checked_sub(quiet).filter(|at| *at < self.side);
        match (at(column), at(row)) {
            (Some(x), Some(y)) => self.modules[y * self.side + x],
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::mfa_device::seed::Seed;

    fn picture(user: &str) -> Option<Picture> {
        let seed = Seed::parse(&"JBSWY3DP".repeat(8)).expect("it is one");
        Picture::of(&seed.link(user, "123456789012"))
    }

    /// 24 lines have room for the code and the question.
    #[test]
    fn the_code_of_a_usual_name_fits_the_smallest_usual_terminal() {
        let picture = picture("testuser").expect("it is short enough");
        assert_eq!((picture.columns(4), picture.rows(4)), (45, 23));
    }

    #[test]
    fn the_longest_name_has_a_code_too() {
        assert!(picture(&"x".repeat(64)).is_some());
        assert!(picture(&"x".repeat(2000)).is_none());
    }

    #[test]
    fn light_is_all_around() {
        let picture = picture("testuser").expect("it is short enough");
        let first = picture.line(0, 4);
        let blank = format!("{}{}{}{PLAIN}", FRONT[0], BACK[0], " ".repeat(45));
        assert_eq!(*first, blank);
        // The corner of the code: a square of seven dark modules.
        assert!(picture.is_dark(4, 4, 4) && picture.is_dark(10, 4, 4));
        assert!(!picture.is_dark(3, 4, 4) && !picture.is_dark(11, 4, 4));
        assert_eq!(
            picture
                .line(2, 4)
                .chars()
                .filter(|c| " ▀".contains(*c))
                .count(),
            45
        );
    }
}
