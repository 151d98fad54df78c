//! Foreign text made printable: whatever comes in, nothing that goes out acts on a terminal.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mfaexec::internals::{Error, printable};

/// What must not reach a terminal, by the standards' own lists: Unicode's Cc, the bidirectional
/// controls of UAX 9, and what is invisible.
fn acts(c: char) -> bool {
    let bidi = ['\u{61c}', '\u{200e}', '\u{200f}'];
    c.is_control()
        || bidi.contains(&c)
        || ('\u{202a}'..='\u{202e}').contains(&c)
        || ('\u{2066}'..='\u{2069}').contains(&c)
        || ['\u{200b}', '\u{2028}', '\u{2029}', '\u{feff}'].contains(&c)
}

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let shown = printable(&text);
    assert!(!shown.contains(acts), "{shown:?}");
    assert_eq!(printable(&shown), shown, "once is enough");
    if !text.contains(|c: char| acts(c) || !(' '..='~').contains(&c)) {
        assert_eq!(shown, text, "ASCII stays as it is");
    }
    let (what, rest) = text.split_at(text.floor_char_boundary(text.len() / 2));
    let error = Error::new(what, rest, &*text).to_string();
    assert_eq!(error.split('\n').count(), 3, "{error:?}");
    assert!(!error.replace('\n', "").contains(acts), "{error:?}");
});
