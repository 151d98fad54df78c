//! AWS Signature Version 4, written from its documentation on hmac and sha2.
//!
//! The server recomputes every signature with it from the bytes it received, and the small client
//! of the binary signs with it. What proves it is botocore, in tests/third-party.

use std::fmt::Write as _;

use hmac::{Hmac, KeyInit, Mac};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use sha2::{Digest, Sha256};

/// RFC 3986's unreserved characters stay as they are; everything else is escaped.
pub const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

pub const ALGORITHM: &str = "AWS4-HMAC-SHA256";
pub const TERMINATOR: &str = "aws4_request";

/// The scope that a signature is good for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    pub date: String,
    pub region: String,
    pub service: String,
}

/// The parts of a request that are signed.
pub struct Signed<'a> {
    pub method: &'a str,
    pub path: &'a str,
    pub query: &'a str,
    /// Lower-case names with their values, of the signed headers only.
    pub headers: &'a [(String, String)],
    pub body: &'a [u8],
    /// `x-amz-date`, e.g. 20261123T091500Z.
    pub timestamp: &'a str,
}

impl Scope {
    pub fn text(&self) -> String {
        format!(
            "{}/{}/{}/{TERMINATOR}",
            self.date, self.region, self.service
        )
    }
}

/// The signature in lower-case hex.
pub fn signature(secret: &str, scope: &Scope, request: &Signed<'_>) -> String {
    let to_sign = format!(
        "{ALGORITHM}\n{}\n{}\n{}",
        request.timestamp,
        scope.text(),
        hex(&Sha256::digest(canonical_request(request).as_bytes())),
    );
    let mut key = hmac(format!("AWS4{secret}").as_bytes(), &scope.date);
    for part in [&scope.region, &scope.service, TERMINATOR] {
        key = hmac(&key, part);
    }
    hex(&hmac(&key, &to_sign))
}

/// The names of the signed headers as the Authorization header and the canonical request list them.
pub fn header_names(headers: &[(String, String)]) -> String {
    let mut names: Vec<&str> = headers.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    names.join(";")
}

fn canonical_request(request: &Signed<'_>) -> String {
    let mut headers: Vec<(String, String)> = request
        .headers
        .iter()
        .map(|(name, value)| {
            (
                name.clone(),
                value.split_whitespace().collect::<Vec<_>>().join(" "),
            )
        })
        .collect();
    headers.sort_by(|a, b| a.0.cmp(&b.0));
    let mut lines = String::new();
    for chunk in headers.chunk_by(|a, b| a.0 == b.0) {
        // A header that was sent twice counts as one, its values joined by commas.
        let values: Vec<&str> = chunk.iter().map(|(_, value)| value.as_str()).collect();
        lines += &format!("{}:{}\n", chunk[0].0, values.join(","));
    }
    format!(
        "{}\n{}\n{}\n{lines}\n{}\n{}",
        request.method,
        canonical_path(request.path),
        canonical_query(request.query),
        header_names(request.headers),
        hex(&Sha256::digest(request.body)),
    )
}

fn canonical_path(path: &str) -> String {
    if path.is_empty() {
        return "/".to_owned();
    }
    // Every service but S3 escapes each segment twice.
    path.split('/').map(escape).collect::<Vec<_>>().join("/")
}

fn canonical_query(query: &str) -> String {
    let mut pairs: Vec<(String, String)> = pairs(query)
        .map(|(name, value)| (escape(&name), escape(&value)))
        .collect();
    pairs.sort();
    pairs
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect::<Vec<_>>()
        .join("&")
}

/// The names and values of a query string or a form, unescaped.
pub(crate) fn pairs(text: &str) -> impl Iterator<Item = (String, String)> + '_ {
    text.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let plain = |part: &str| {
            percent_decode_str(&part.replace('+', "%20"))
                .decode_utf8_lossy()
                .into_owned()
        };
        (plain(name), plain(value))
    })
}

/// Escapes for a URL as SigV4 wants it.
pub fn escape(text: &str) -> String {
    utf8_percent_encode(text, ESCAPED).to_string()
}

fn hmac(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The worked example of AWS's documentation: IAM ListUsers at 2015-08-30T12:36:00Z.
    #[test]
    fn documented_example() {
        let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let headers = [
            header(
                "content-type",
                "application/x-www-form-urlencoded; charset=utf-8",
            ),
            header("host", "iam.amazonaws.com"),
            header("x-amz-date", "20150830T123600Z"),
        ];
        let scope = Scope {
            date: "20150830".to_owned(),
            region: "us-east-1".to_owned(),
            service: "iam".to_owned(),
        };
        let request = Signed {
            method: "GET",
            path: "/",
            query: "Action=ListUsers&Version=2010-05-08",
            headers: &headers,
            body: b"",
            timestamp: "20150830T123600Z",
        };
        let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
        assert_eq!(
            signature(secret, &scope, &request),
            "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"
        );
        let changed = Signed {
            body: b"x",
            ..request
        };
        assert_ne!(
            signature(secret, &scope, &changed),
            "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"
        );
    }

    #[test]
    fn headers_sent_twice_and_spaces() {
        let sign = |headers: &[(&str, &str)]| {
            let headers: Vec<_> = headers
                .iter()
                .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))
                .collect();
            canonical_request(&Signed {
                method: "GET",
                path: "",
                query: "b=2&a=x+y&a=%41",
                headers: &headers,
                body: b"",
                timestamp: "",
            })
        };
        let text = sign(&[("x-b", " 1   2 "), ("host", "h"), ("x-b", "3")]);
        assert!(text.starts_with("GET\n/\na=A&a=x%20y&b=2\nhost:h\nx-b:1 2,3\n\nhost;x-b\n"));
    }
}
