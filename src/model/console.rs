//! The web console: where it is in each partition, whose sessions it takes, and the link that signs
//! a browser in (IAM user guide, "Enable custom identity broker access to the AWS console").

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use crate::error::{Error, Kind, Result};
use crate::escape::shell_word;
use crate::model::arn::Arn;
use crate::model::origin::Origin;
use crate::model::plan::step::{Call, steps};
use crate::model::session::{Session, SessionKind};
use crate::model::settings::Settings;
use crate::model::settings::regions::{GLOBAL, always_on, implicit_region, partition_of};

/// The federation endpoint's path.
pub(crate) const FEDERATION: &str = "/federation";

/// What a URL's parameter may have as it is (RFC 3986, 2.3).
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// Services whose pages have another name than their commands in the AWS CLI.
const PAGES: [(&str, &str); 6] = [
    ("autoscaling", "ec2"),
    ("configservice", "config"),
    ("elbv2", "ec2"),
    ("logs", "cloudwatch"),
    ("ssm", "systems-manager"),
    ("stepfunctions", "states"),
];

/// The console for the session of a profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Console {
    /// Where AWS Sign-In is, without the path.
    pub endpoint: String,
    destination: String,
    /// Seconds that the browser stays signed in, where that can be said.
    pub duration: Option<u64>,
}

impl Console {
    /// The console with the pages of `service`, or its first page.
    ///
    /// # Errors
    /// AWS signs no one in with such a session, or the addresses are not known. Both can be said
    /// before anyone is asked for a code.
    pub(crate) fn new(settings: &Settings, service: Option<&str>) -> Result<Self> {
        if settings.roles.is_empty() && settings.begins_with_key() {
            return Err(session_of_user(settings));
        }
        let partition = partition(settings);
        check_region(settings, partition)?;
        let region = region(settings, partition);
        let configured = settings.endpoints.signin.as_ref();
        let Some((signin, console)) = hosts(partition, &region) else {
            return Err(Error::new(
                format!("the console of partition {partition} cannot be opened"),
                "AWS publishes no addresses for a sign-in there",
                "sign in to that console in the browser itself",
            ));
        };
        let signin = configured.map_or(format!("https://{signin}"), |url| url.value.clone());
        let page = match service {
            None => "console",
            Some(service) => page(service),
        };
        Ok(Self {
            endpoint: signin.trim_end_matches('/').to_owned(),
            destination: format!("https://{console}/{page}/home?region={region}"),
            duration: duration(settings),
        })
    }

    /// The request for a sign-in token, as a form. It is the body of a POST: what is in a URL ends up
    /// in logs.
    pub(crate) fn form(&self, session: &Session) -> SecretString {
        let keys = json!({
            "sessionId": session.access_key_id,
            "sessionKey": session.secret_access_key.expose_secret(),
            "sessionToken": session.session_token.expose_secret(),
        });
        let duration = self.duration.map(|d| format!("&SessionDuration={d}"));
        SecretString::from(format!(
            "Action=getSigninToken{}&Session={}",
            duration.unwrap_or_default(),
            escaped(&keys.to_string())
        ))
    }

    /// The link that signs in: a secret for a quarter of an hour.
    pub(crate) fn link(&self, token: &SecretString) -> SecretString {
        SecretString::from(format!(
            "{}{FEDERATION}?Action=login&Issuer=mfaexec&Destination={}&SigninToken={}",
            self.endpoint,
            escaped(&self.destination),
            escaped(token.expose_secret())
        ))
    }
}

/// Refuses a session that turns out to be a user's only when it is there.
pub(crate) fn check_session(settings: &Settings, session: &Session) -> Result<()> {
    match session.kind {
        SessionKind::Mfa | SessionKind::Plain => Err(session_of_user(settings)),
        SessionKind::Role | SessionKind::Provided => Ok(()),
    }
}

fn session_of_user(settings: &Settings) -> Error {
    no_console(
        settings,
        "it is a session of an IAM user (GetSessionToken), and AWS signs in only with the session \
         of a role, or of a federation",
    )
}

/// What is said where AWS does not sign in with the kind of session that a profile has.
pub(crate) fn no_console(settings: &Settings, cause: &str) -> Error {
    Error::new(
        format!(
            "the console cannot be opened with the session of profile {}",
            settings.profile.value
        ),
        cause,
        format!(
            "use a profile with a role or of IAM Identity Center, or add a role: mfaexec console -p {} \
             --role-arn ARN",
            shell_word(&settings.profile.value)
        ),
    )
}

/// The name in the address of a service's pages.
fn page(service: &str) -> &str {
    let other = PAGES.iter().find(|(name, _)| *name == service);
    other.map_or(service, |(_, page)| page)
}

/// Reads the name of a service: it becomes a part of an address.
pub(crate) fn parse_service(text: &str) -> std::result::Result<String, String> {
    let fits = |part: &str| {
        let rest = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        !part.is_empty() && part.bytes().all(rest)
    };
    match text.split('/').all(fits) {
        true => Ok(text.to_owned()),
        false => Err("a service is a name such as ec2, s3 or systems-manager".to_owned()),
    }
}

/// Where the session of the last role is; else what the region says.
fn partition(settings: &Settings) -> &str {
    let role = settings.roles.last().map(|role| role.arn.value.as_str());
    let arn = role.or(settings.partition_arn()).and_then(Arn::parse);
    let region = settings.endpoints.region.as_ref();
    let of_region = || region.map_or("aws", |region| partition_of(&region.value));
    arn.map_or_else(of_region, |arn| arn.partition)
}

/// A region that was asked for is not changed for another one in silence.
fn check_region(settings: &Settings, partition: &str) -> Result<()> {
    match &settings.endpoints.region {
        Some(region)
            if region.origin == Origin::Option("--region")
                && region.value != GLOBAL
                && partition_of(&region.value) != partition =>
        {
            Err(Error::of(
                Kind::Usage,
                format!("region {} has no console for this session", region.value),
                format!(
                    "the session is of the partition {partition}, the region is of another one"
                ),
                format!(
                    "leave --region out, or choose one such as {}",
                    implicit_region(partition)
                ),
            ))
        }
        _ => Ok(()),
    }
}

/// The region whose console it is. A region of another partition has none there.
fn region(settings: &Settings, partition: &str) -> String {
    let region = settings.endpoints.region.as_ref();
    match region.map(|region| region.value.as_str()) {
        Some(GLOBAL) => always_on(GLOBAL).to_owned(),
        Some(region) if partition_of(region) == partition => region.to_owned(),
        _ => implicit_region(partition).to_owned(),
    }
}

/// The hosts of federation endpoint and console. Of the sovereign cloud AWS documents regional
/// ones alone (docs.aws.eu, endpoints); of the isolated partitions no console.
fn hosts(partition: &str, region: &str) -> Option<(String, String)> {
    let (signin, console) = match partition {
        "aws" => ("signin.aws.amazon.com".to_owned(), "console.aws.amazon.com"),
        "aws-cn" => ("signin.amazonaws.cn".to_owned(), "console.amazonaws.cn"),
        "aws-us-gov" => (
            "signin.amazonaws-us-gov.com".to_owned(),
            "console.amazonaws-us-gov.com",
        ),
        "aws-eusc" => (
            format!("{region}.signin.amazonaws-eusc.eu"),
            "console.amazonaws-eusc.eu",
        ),
        _ => return None,
    };
    Some((signin, format!("{region}.{console}")))
}

/// `--duration`, where AWS lets the console stay open for another time than the session: for a role
/// that a long-term key has assumed by itself (99designs/aws-vault#77). Else it is the session's.
fn duration(settings: &Settings) -> Option<u64> {
    let by_key = matches!(
        &steps(settings)[..],
        [step] if settings.begins_with_key() && matches!(step.call, Call::AssumeRole { .. })
    );
    let wanted = settings.duration.origin == Origin::Option("--duration");
    (by_key && wanted).then_some(settings.duration.value.seconds)
}

fn escaped(text: &str) -> String {
    utf8_percent_encode(text, ESCAPED).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_partition_has_its_addresses() {
        let hosts = |partition| hosts(partition, implicit_region(partition));
        let expected = [
            (
                "aws",
                "signin.aws.amazon.com",
                "us-east-1.console.aws.amazon.com",
            ),
            (
                "aws-cn",
                "signin.amazonaws.cn",
                "cn-northwest-1.console.amazonaws.cn",
            ),
            (
                "aws-us-gov",
                "signin.amazonaws-us-gov.com",
                "us-gov-west-1.console.amazonaws-us-gov.com",
            ),
            (
                "aws-eusc",
                "eusc-de-east-1.signin.amazonaws-eusc.eu",
                "eusc-de-east-1.console.amazonaws-eusc.eu",
            ),
        ];
        for (partition, signin, console) in expected {
            let found = hosts(partition);
            assert_eq!(found, Some((signin.to_owned(), console.to_owned())));
        }
        for isolated in ["aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f", "other"] {
            assert_eq!(hosts(isolated), None);
        }
    }

    #[test]
    fn a_service_is_a_part_of_an_address_and_no_more() {
        for good in ["ec2", "systems-manager", "sqs/v3", "route53_x"] {
            assert_eq!(parse_service(good).as_deref(), Ok(good));
        }
        for bad in [
            "", "/", "ec2/", "../x", "a b", "a?b", "a#b", "é", "a//b", "a%2e",
        ] {
            assert!(parse_service(bad).is_err(), "{bad}");
        }
        assert_eq!((page("ec2"), page("logs")), ("ec2", "cloudwatch"));
    }

    #[test]
    fn what_is_in_a_link_is_escaped_once() {
        let console = Console {
            endpoint: "https://signin".to_owned(),
            destination: "https://console/ec2/home?region=eu-west-1".to_owned(),
            duration: None,
        };
        assert_eq!(
            console.link(&"a+b/c=&d".into()).expose_secret(),
            "https://signin/federation?Action=login&Issuer=mfaexec&Destination=\
             https%3A%2F%2Fconsole%2Fec2%2Fhome%3Fregion%3Deu-west-1&SigninToken=a%2Bb%2Fc%3D%26d"
        );
        assert!(!format!("{:?}", console.link(&"a".into())).contains("signin"));
    }
}
