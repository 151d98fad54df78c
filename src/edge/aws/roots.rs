//! The certificates to trust instead of the platform's. As with OpenSSL, which the AWS CLI uses, one
//! that cannot be used does not make the others useless.

use std::path::Path;

use aws_smithy_types::base64;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;

use crate::edge::bounded::read_bounded;

/// Certificates in PEM, all of which can be used: the SDK's client panics at one that cannot.
#[derive(Debug, Clone)]
pub(crate) struct Roots(Vec<u8>);

const BEGIN: &str = "-----BEGIN ";
const END: &str = "-----END ";
const DASHES: &str = "-----";
/// The labels of certificates that OpenSSL loads. The last has words of its own behind the
/// certificate: see [`is_for_servers`].
const LABELS: [&str; 3] = ["CERTIFICATE", "X509 CERTIFICATE", TRUSTED];
const TRUSTED: &str = "TRUSTED CERTIFICATE";

impl Roots {
    /// Reads a file of certificates. What cannot be used is told in the log.
    ///
    /// # Errors
    /// The file cannot be read, or nothing in it can be used; in words.
    pub(crate) fn read(path: &str) -> Result<Self, String> {
        let bundle = read_bounded(Path::new(path)).map_err(|error| error.to_string())?;
        // As some editors on Windows begin a file.
        let bundle = bundle.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bundle);
        let (roots, unusable) = Self::parse(bundle);
        for (number, cause) in &unusable {
            log::info!("{path}: certificate {number} is not used: {cause}");
        }
        match (roots, unusable.first()) {
            (Some(roots), _) => Ok(roots),
            (None, Some((number, cause))) => Err(format!("certificate {number}: {cause}")),
            (None, None) => Err("there is no certificate in it".to_owned()),
        }
    }

    pub(crate) fn pem(&self) -> &[u8] {
        &self.0
    }

    /// The certificates that can be used, if there are any, and the numbers of the others with what
    /// is wrong with them.
    fn parse(bundle: &[u8]) -> (Option<Self>, Vec<(usize, String)>) {
        let (mut store, mut pem, mut unusable) = (RootCertStore::empty(), Vec::new(), Vec::new());
        for (number, (label, body)) in (1..).zip(blocks(bundle)) {
            let usable = body.and_then(|body| {
                let certificate = certificate(&label, &body)?;
                let der = CertificateDer::from(certificate.to_vec());
                store.add(der).map_err(|error| error.to_string())?;
                Ok(base64::encode(certificate))
            });
            match usable {
                Ok(text) => pem.extend_from_slice(
                    format!("{BEGIN}CERTIFICATE{DASHES}\n{text}\n{END}CERTIFICATE{DASHES}\n")
                        .as_bytes(),
                ),
                Err(cause) => unusable.push((number, cause)),
            }
        }
        ((!pem.is_empty()).then_some(Self(pem)), unusable)
    }
}

/// The certificates in a text: label, and content or what is wrong with it. Text between them, which
/// may be in any encoding, is skipped, and so are keys.
fn blocks(bundle: &[u8]) -> Vec<(String, Result<Vec<u8>, String>)> {
    let text = String::from_utf8_lossy(bundle);
    let mut blocks = Vec::new();
    let mut open: Option<(&str, String)> = None;
    for line in text.split(['\n', '\r']).map(str::trim) {
        let label = |edge: &str| line.strip_prefix(edge)?.strip_suffix(DASHES);
        if let Some(label) = label(BEGIN) {
            let torn = open.replace((label, String::new()));
            blocks.extend(torn.map(|(label, _)| (label, Err("it has no end".to_owned()))));
        } else if label(END).is_some() {
            let whole = open.take();
            blocks.extend(whole.map(|(label, body)| {
                (
                    label,
                    base64::decode(&body).map_err(|_| "it is not base64".to_owned()),
                )
            }));
        } else if let Some((_, body)) = &mut open {
            body.extend(line.split_whitespace());
        }
    }
    blocks.extend(open.map(|(label, _)| (label, Err("it has no end".to_owned()))));
    blocks.retain(|(label, _)| LABELS.contains(label));
    let owned = |(label, body): (&str, _)| (label.to_owned(), body);
    blocks.into_iter().map(owned).collect()
}

/// The certificate in a block.
fn certificate<'a>(label: &str, body: &'a [u8]) -> Result<&'a [u8], String> {
    if label != TRUSTED {
        return Ok(body);
    }
    let whole = Der::first(body).ok_or("it is not DER")?;
    let behind = &body[whole.length..];
    match behind.is_empty() || is_for_servers(behind).ok_or("its trust settings are not DER")? {
        true => Ok(&body[..whole.length]),
        false => Err("it says that it is not for servers".to_owned()),
    }
}

/// Whether the settings behind a certificate let it vouch for servers (X509_CERT_AUX of OpenSSL): what
/// it is trusted for, if that is written there, and not what it is rejected for. None if it is
/// something else.
fn is_for_servers(settings: &[u8]) -> Option<bool> {
    const SEQUENCE: u8 = 0x30;
    const REJECTED: u8 = 0xa0;
    let settings = Der::first(settings).filter(|settings| settings.tag == SEQUENCE)?;
    let mut rest = settings.content;
    let mut for_servers = true;
    while !rest.is_empty() {
        let part = Der::first(rest)?;
        rest = &rest[part.length..];
        match part.tag {
            SEQUENCE => for_servers &= part.names_servers()?,
            REJECTED => for_servers &= !part.names_servers()?,
            _ => {}
        }
    }
    Some(for_servers)
}

/// An element of DER.
struct Der<'a> {
    tag: u8,
    content: &'a [u8],
    /// Of the whole element, in bytes.
    length: usize,
}

impl<'a> Der<'a> {
    /// The element at the beginning.
    fn first(bytes: &'a [u8]) -> Option<Self> {
        let (tag, length) = (*bytes.first()?, usize::from(*bytes.get(1)?));
        let (header, length) = match length {
            short @ ..0x80 => (2, short),
            long => {
                let digits = bytes
                    .get(2..2 + (long & 0x7f))
                    .filter(|d| (1..=4).contains(&d.len()))?;
                let value = digits
                    .iter()
                    .fold(0, |n, digit| n << 8 | usize::from(*digit));
                (2 + digits.len(), value)
            }
        };
        let length = header.checked_add(length)?;
        Some(Self {
            tag,
            content: bytes.get(header..length)?,
            length,
        })
    }

    /// Whether a list of purposes has that of servers in it, or any purpose.
    fn names_servers(&self) -> Option<bool> {
        /// 1.3.6.1.5.5.7.3.1, serverAuth, and 2.5.29.37.0, anyExtendedKeyUsage.
        const PURPOSES: [&[u8]; 2] = [&[0x2b, 6, 1, 5, 5, 7, 3, 1], &[0x55, 0x1d, 0x25, 0]];
        let (mut rest, mut named) = (self.content, false);
        while !rest.is_empty() {
            let purpose = Der::first(rest)?;
            rest = &rest[purpose.length..];
            named |= PURPOSES.contains(&purpose.content);
        }
        Some(named)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SERVERS: &[u8] = &[6, 8, 0x2b, 6, 1, 5, 5, 7, 3, 1];
    const MAIL: &[u8] = &[6, 8, 0x2b, 6, 1, 5, 5, 7, 3, 4];

    fn element(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
        let content = parts.concat();
        let length = u8::try_from(content.len()).unwrap();
        [&[tag, length], content.as_slice()].concat()
    }

    #[test]
    fn a_root_is_not_used_for_what_it_is_not_trusted_for() {
        let settings = |parts: &[&[u8]]| is_for_servers(&element(0x30, parts));
        let trusts = |purposes: &[&[u8]]| element(0x30, purposes);
        let rejects = |purposes: &[&[u8]]| element(0xa0, purposes);
        assert_eq!(settings(&[]), Some(true));
        assert_eq!(settings(&[&element(0x0c, &[b"a name"])]), Some(true));
        assert_eq!(settings(&[&trusts(&[SERVERS])]), Some(true));
        assert_eq!(settings(&[&trusts(&[MAIL, SERVERS])]), Some(true));
        assert_eq!(settings(&[&trusts(&[MAIL])]), Some(false));
        assert_eq!(settings(&[&rejects(&[MAIL])]), Some(true));
        assert_eq!(settings(&[&rejects(&[SERVERS])]), Some(false));
        assert_eq!(
            settings(&[&trusts(&[SERVERS]), &rejects(&[SERVERS])]),
            Some(false)
        );
        let any: &[u8] = &[6, 4, 0x55, 0x1d, 0x25, 0];
        assert_eq!(settings(&[&trusts(&[any])]), Some(true));
        assert_eq!(is_for_servers(&[0x30, 0x85, 1]), None);
        assert_eq!(is_for_servers(&[0x31, 0]), None);
        assert_eq!(is_for_servers(&[]), None);
    }

    #[test]
    fn blocks_are_found_in_any_text() {
        let pem = |label: &str, body: &str| {
            format!("{BEGIN}{label}{DASHES}\r\n{body}\r\n{END}{label}{DASHES}\r\n")
        };
        let text = [
            "M\u{fc}ller \n".to_owned(),
            pem("CERTIFICATE", "QUJD\r\n  RA=="),
            pem("PRIVATE KEY", "QUJD"),
            "between\n".to_owned(),
            pem("CERTIFICATE", "no base64!"),
            format!("{BEGIN}CERTIFICATE{DASHES}\nQUJD\n"),
            pem("TRUSTED CERTIFICATE", "QUJD"),
        ]
        .concat();
        let mut latin = text.into_bytes();
        latin.insert(0, 0xfc);
        let found: Vec<_> = blocks(&latin)
            .into_iter()
            .map(|(label, body)| (label, body.ok()))
            .collect();
        let found: Vec<_> = found
            .iter()
            .map(|(label, body)| (label.as_str(), body.as_deref()))
            .collect();
        assert_eq!(
            found,
            [
                ("CERTIFICATE", Some(b"ABCD".as_slice())),
                ("CERTIFICATE", None),
                ("CERTIFICATE", None),
                ("TRUSTED CERTIFICATE", Some(b"ABC".as_slice())),
            ]
        );
    }
}
