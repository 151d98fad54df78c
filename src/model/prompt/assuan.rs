//! The lines of Assuan, the protocol of GnuPG's pinentry (libassuan, "Implementation"): requests
//! written, answers read. A line has at most 1000 bytes, and what could end one is escaped with `%`.

use zeroize::Zeroizing;

/// Bytes of a line with its end.
const LINE_LIMIT: usize = 1000;

#[derive(Debug, PartialEq, Eq)]
pub enum Response {
    /// The request was carried out.
    Done,
    /// A part of what was asked for.
    Data(Zeroizing<Vec<u8>>),
    /// The request was not carried out.
    Failed(AssuanError),
    /// The program wants to know something itself.
    Inquiry,
    /// A remark or a status: nothing to do.
    Remark,
    /// No line of this protocol.
    Nonsense,
}

/// Why a request was not carried out.
#[derive(Debug, PartialEq, Eq)]
pub enum AssuanError {
    /// The person did not want to answer.
    Cancelled,
    /// No one answered in time.
    TimedOut,
    /// In the program's words.
    Other(String),
}

/// A request with a text. One that is too long for a line is cut.
pub fn request(command: &str, text: &str) -> String {
    const CUT: &str = "…";
    let room = LINE_LIMIT - command.len() - " \n".len();
    let whole: String = text.chars().map(escaped).collect();
    let text = if whole.len() <= room {
        whole
    } else {
        let mut cut = String::new();
        for unit in text.chars().map(escaped) {
            if cut.len() + unit.len() + CUT.len() > room {
                break;
            }
            cut.push_str(&unit);
        }
        cut + CUT
    };
    format!("{command} {text}\n")
}

fn escaped(c: char) -> String {
    match c {
        // A backslash at its end would join a line with the next one.
        '%' | '\\' | '\0'..='\x1f' | '\x7f' => format!("%{:02X}", u32::from(c)),
        c => c.to_string(),
    }
}

/// An option. Options know no escapes, so one that needs some cannot be sent.
pub fn option(name: &str, value: &str) -> Option<String> {
    let line = format!("OPTION {name}={value}\n");
    (line.len() <= LINE_LIMIT && !value.contains(char::is_control)).then_some(line)
}

/// Reads an answer, without the line's end.
pub fn response(line: &[u8]) -> Response {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    if let Some(data) = line.strip_prefix(b"D ") {
        return Response::Data(decoded(data));
    }
    let word = line.split(|byte| *byte == b' ').next().unwrap_or_default();
    match word {
        b"OK" => Response::Done,
        b"ERR" => Response::Failed(failure(&String::from_utf8_lossy(&line[3..]))),
        b"INQUIRE" => Response::Inquiry,
        b"S" | b"" => Response::Remark,
        _ if word.starts_with(b"#") => Response::Remark,
        _ => Response::Nonsense,
    }
}

/// `83886179 Operation cancelled <Pinentry>`: the upper half of the number says whose error it is.
fn failure(text: &str) -> AssuanError {
    let text = text.trim();
    let (number, words) = text.split_once(' ').unwrap_or((text, text));
    let number = number.parse::<u32>().map(|number| number & 0xffff);
    match number {
        // GPG_ERR_CANCELED and GPG_ERR_FULLY_CANCELED, GPG_ERR_TIMEOUT of libgpg-error.
        Ok(99 | 198) => AssuanError::Cancelled,
        Ok(62) => AssuanError::TimedOut,
        _ => AssuanError::Other(words.to_owned()),
    }
}

fn decoded(data: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(data.len()));
    bytes.extend(percent_encoding::percent_decode(data));
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_end_a_line_is_escaped() {
        assert_eq!(
            request("SETDESC", "a\r\nb 100% \\"),
            "SETDESC a%0D%0Ab 100%25 %5C\n"
        );
        assert_eq!(request("SETTITLE", "Zürich"), "SETTITLE Zürich\n");
        assert_eq!(
            option("ttyname", "/dev/pts/1").unwrap(),
            "OPTION ttyname=/dev/pts/1\n"
        );
        assert_eq!(option("ttyname", "/dev/x\nGETPIN"), None);
    }

    #[test]
    fn a_long_text_is_cut_to_a_line() {
        for text in ["x".repeat(2000), "%".repeat(999), "ü\n".repeat(999)] {
            let line = request("SETDESC", &text);
            assert!((990..=1000).contains(&line.len()), "{}", line.len());
            assert!(line.ends_with("…\n"));
        }
        let fits = "x".repeat(LINE_LIMIT - "SETDESC \n".len());
        assert_eq!(request("SETDESC", &fits), format!("SETDESC {fits}\n"));
    }

    #[test]
    fn answers_are_told_apart() {
        let failed = Response::Failed;
        let data = |bytes: &[u8]| Response::Data(Zeroizing::new(bytes.to_vec()));
        let other = "Inappropriate ioctl for device <Pinentry>";
        for (line, meaning) in [
            ("OK", Response::Done),
            ("OK Pleased to meet you", Response::Done),
            ("D 123456", data(b"123456")),
            ("D 12%0A%25\r", data(b"12\n%")),
            ("D ", data(b"")),
            ("S BUTTON_INFO close", Response::Remark),
            ("# comment", Response::Remark),
            ("", Response::Remark),
            ("INQUIRE QUALITY x", Response::Inquiry),
            (
                "ERR 83886179 Operation cancelled <Pinentry>",
                failed(AssuanError::Cancelled),
            ),
            (
                "ERR 83886278 Operation fully cancelled",
                failed(AssuanError::Cancelled),
            ),
            (
                "ERR 83886142 Timeout <Pinentry>",
                failed(AssuanError::TimedOut),
            ),
            (
                &format!("ERR 83918950 {other}"),
                failed(AssuanError::Other(other.to_owned())),
            ),
            ("ERR", failed(AssuanError::Other(String::new()))),
            ("OKAY", Response::Nonsense),
            ("usage: pinentry", Response::Nonsense),
        ] {
            assert_eq!(response(line.as_bytes()), meaning, "{line:?}");
        }
    }
}
