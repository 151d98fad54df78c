//! A line as it is typed. The terminal makes lines by itself, unless another program has told it
//! meanwhile not to (a pager): then every key comes here as it is pressed.

use nix::sys::signal::Signal;
use secrecy::SecretString;
use zeroize::Zeroizing;

/// The longest line that is taken. More is no answer to anything.
const LINE_LIMIT: usize = 4096;

/// What a key has done.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Key {
    /// The line goes on.
    Part,
    /// The line is done.
    Enter,
    /// Nothing more will come: ^D where a line would begin.
    End,
    /// It would have sent this signal.
    Signal(Signal),
}

/// What was typed so far. The buffer never moves, so that no copy of a code is left behind.
pub(crate) struct TypedLine(Zeroizing<Vec<u8>>);

impl TypedLine {
    pub(crate) fn new() -> Self {
        Self(Zeroizing::new(Vec::with_capacity(LINE_LIMIT)))
    }

    pub(crate) fn press(&mut self, byte: u8) -> Key {
        const INTERRUPT: u8 = 0x03;
        const END: u8 = 0x04;
        const BACKSPACE: u8 = 0x08;
        const KILL: u8 = 0x15;
        const SUSPEND: u8 = 0x1a;
        const QUIT: u8 = 0x1c;
        const DELETE: u8 = 0x7f;
        match byte {
            b'\n' | b'\r' => return Key::Enter,
            END if self.0.is_empty() => return Key::End,
            END => {}
            INTERRUPT => return Key::Signal(Signal::SIGINT),
            QUIT => return Key::Signal(Signal::SIGQUIT),
            SUSPEND => return Key::Signal(Signal::SIGTSTP),
            BACKSPACE | DELETE => drop(self.0.pop()),
            KILL => self.0.clear(),
            _ if self.0.len() < LINE_LIMIT => self.0.push(byte),
            _ => return Key::Enter,
        }
        Key::Part
    }

    /// The line, without its end.
    pub(crate) fn into_text(self) -> SecretString {
        let text = Zeroizing::new(String::from_utf8_lossy(&self.0).into_owned());
        SecretString::from(text.as_str())
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn keys_mean_what_they_mean_on_a_terminal() {
        let typed = |keys: &[u8]| {
            let mut line = TypedLine::new();
            let last = keys.iter().map(|byte| line.press(*byte)).last();
            (last, line.into_text().expose_secret().to_owned())
        };
        let line = |text: &str| (Some(Key::Enter), text.to_owned());
        assert_eq!(typed(b"123456\n"), line("123456"));
        assert_eq!(typed(b"123456\r"), line("123456"));
        assert_eq!(typed(b"12\x7f345\x0856\n"), line("13456"));
        assert_eq!(typed(b"\x7f\x7f12\x1534\n"), line("34"));
        assert_eq!(typed(b"\x04").0, Some(Key::End));
        assert_eq!(typed(b"1\x04").0, Some(Key::Part));
        assert_eq!(typed(b"1\x03").0, Some(Key::Signal(Signal::SIGINT)));
        assert_eq!(typed(&[b'1'; LINE_LIMIT + 1]).0, Some(Key::Enter));
    }
}
