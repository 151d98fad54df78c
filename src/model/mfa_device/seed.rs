//! The seed of a virtual device: the secret that an authenticator app makes its codes of.

use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

/// Letters of base32 of the shortest and the longest seed that is taken. AWS gives 64.
const LENGTH: std::ops::RangeInclusive<usize> = 16..=128;

/// Base32 letters, without the signs that only fill up.
#[derive(Debug, Clone)]
pub(crate) struct Seed(SecretString);

impl Seed {
    /// None if it cannot be one.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.trim_end_matches('=');
        let letters = |b: u8| b.is_ascii_uppercase() || (b'2'..=b'7').contains(&b);
        let right = LENGTH.contains(&text.len()) && text.bytes().all(letters);
        right.then(|| Self(SecretString::from(text)))
    }

    /// The link that an app reads from a QR code, in the three parts that it is encoded in: the letters
    /// of the seed take less room than any text does. The form is Google Authenticator's ("Key URI
    /// Format"), with what AWS takes for the rest: SHA-1, six digits, 30 seconds.
    pub(crate) fn link(&self, user: &str, account: &str) -> [Zeroizing<String>; 3] {
        let seed = self.0.expose_secret().to_owned();
        // What can be in a user's name and means something else in a link (RFC 3986).
        let user = user.replace('+', "%2B").replace('@', "%40");
        let user = user.replace('=', "%3D").replace(',', "%2C");
        [
            Zeroizing::new(format!("otpauth://totp/AWS:{user}@{account}?secret=")),
            Zeroizing::new(seed),
            Zeroizing::new("&issuer=AWS".to_owned()),
        ]
    }

    /// The letters in groups of four, as a person copies them, at most `width` columns wide.
    pub(crate) fn lines(&self, width: usize) -> Vec<Zeroizing<String>> {
        const GROUP: usize = 4;
        let groups: Vec<&[u8]> = self.0.expose_secret().as_bytes().chunks(GROUP).collect();
        let in_line = ((width + 1) / (GROUP + 1)).max(1);
        let line = |groups: &[&[u8]]| {
            let mut line = Zeroizing::new(String::with_capacity(groups.len() * (GROUP + 1)));
            for (at, group) in groups.iter().enumerate() {
                if at > 0 {
                    line.push(' ');
                }
                line.extend(group.iter().copied().map(char::from));
            }
            line
        };
        groups.chunks(in_line).map(line).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_has_the_letters_of_base32() {
        let seed = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
        assert!(Seed::parse(seed).is_some());
        assert!(Seed::parse(&format!("{seed}===")).is_some());
        for none in [
            "",
            "JBSWY3DP",
            &seed.to_lowercase(),
            &format!("{seed}1"),
            &seed.repeat(5),
        ] {
            assert!(Seed::parse(none).is_none(), "{none}");
        }
    }

    #[test]
    fn letters_fit_the_width() {
        let seed = Seed::parse("JBSWY3DPEHPK3PXPJB").expect("it is one");
        let lines = |width| -> Vec<String> {
            seed.lines(width)
                .iter()
                .map(|line| line.to_string())
                .collect()
        };
        assert_eq!(lines(80), ["JBSW Y3DP EHPK 3PXP JB"]);
        assert_eq!(lines(9), ["JBSW Y3DP", "EHPK 3PXP", "JB"]);
        assert_eq!(lines(0).len(), 5);
    }

    #[test]
    fn a_name_stays_a_name_in_the_link() {
        let seed = Seed::parse("JBSWY3DPEHPK3PXP").expect("it is one");
        let link = seed
            .link("a+b@c=d", "123456789012")
            .map(|part| part.to_string());
        assert_eq!(
            link.concat(),
            "otpauth://totp/AWS:a%2Bb%40c%3Dd@123456789012?secret=JBSWY3DPEHPK3PXP&issuer=AWS"
        );
    }
}
