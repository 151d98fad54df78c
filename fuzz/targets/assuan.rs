//! The lines of pinentry's protocol: what is written is one line whatever the text, and reads as that
//! text again; what is read may be anything.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mfaexec::internals::assuan::{Response, option, request, response};

fuzz_target!(|data: &[u8]| {
    for line in data.split(|byte| *byte == b'\n') {
        if let Response::Data(bytes) = response(line) {
            assert!(bytes.len() <= line.len(), "nothing is made up");
        }
    }
    let text = String::from_utf8_lossy(data);
    let line = request("D", &text);
    assert!(line.len() <= 1000, "{}", line.len());
    let body = line.strip_suffix('\n').expect("one line");
    assert!(!body.contains(|c: char| c.is_ascii_control()), "{line:?}");
    assert!(!body.ends_with('\\'), "{line:?}");
    let Response::Data(read) = response(body.as_bytes()) else {
        panic!("{line:?} is no data");
    };
    let read = std::str::from_utf8(&read).expect("text stays text");
    let whole = read.strip_suffix('…').filter(|_| read != text);
    assert!(text.starts_with(whole.unwrap_or(read)), "{line:?}");
    assert!(whole.is_some() || read == text, "{line:?}");
    if let Some(line) = option("ttyname", &text) {
        assert!(line.len() <= 1000 && line.lines().count() == 1, "{line:?}");
    }
});
