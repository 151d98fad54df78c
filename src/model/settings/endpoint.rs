//! Where STS and IAM are: endpoints and regions, from the environment and the profile.

use http::Uri;

use crate::error::{Error, Kind, Result};
use crate::model::config::Profile;
use crate::model::environment::Environment;
use crate::model::origin::{Origin, Sourced, env_setting};
use crate::model::settings::regions::{
    GLOBAL, GLOBAL_STS, always_on, dns_suffix, implicit_region, is_legacy_global, is_region,
};
use crate::model::settings::url::{check_endpoint, is_loopback};

/// How to reach AWS's services.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoints {
    /// The region of requests, when one is known.
    pub region: Option<Sourced<String>>,
    /// A configured endpoint of STS.
    pub sts: Option<Sourced<String>>,
    /// A configured endpoint of IAM.
    pub iam: Option<Sourced<String>>,
    /// Configured endpoints of the Identity Center: its portal, and where tokens are renewed.
    pub sso: Option<Sourced<String>>,
    pub sso_oidc: Option<Sourced<String>>,
    /// A configured endpoint of AWS Sign-In, for the console.
    pub signin: Option<Sourced<String>>,
    /// The global endpoint of STS is wanted in the regions that once had no other
    /// (`sts_regional_endpoints = legacy`).
    pub sts_legacy: bool,
    /// FIPS 140 endpoints are wanted.
    pub use_fips: bool,
    /// IPv6-capable endpoints are wanted.
    pub use_dualstack: bool,
    /// A file of PEM certificates that replaces the platform's roots.
    pub ca_bundle: Option<Sourced<String>>,
}

impl Endpoints {
    /// Reads everything that decides on endpoints: of the chosen profile, the first of `chain`, and
    /// a region also from the profiles that it gets its keys from.
    ///
    /// # Errors
    /// A region that can't be part of a host name; an endpoint that is no URL, or plain http to
    /// another machine; FIPS or dualstack together with a configured endpoint; a kind of STS
    /// endpoint that does not exist.
    pub fn new(region: Option<&str>, env: &Environment, chain: &[Profile<'_>]) -> Result<Self> {
        let [profile, ..] = chain else {
            return Err(Error::new(
                "no profile was chosen",
                "there is none",
                "choose one with -p NAME",
            ));
        };
        let endpoints = Self {
            region: find_region(region, env, chain)?,
            sts: find_endpoint("sts", env, profile)?,
            iam: find_endpoint("iam", env, profile)?,
            sso: configured_endpoint("sso", env, profile)?,
            sso_oidc: configured_endpoint("sso_oidc", env, profile)?,
            signin: configured_endpoint("signin", env, profile)?,
            sts_legacy: find_legacy(env, profile)?,
            use_fips: flag("AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint", env, profile),
            use_dualstack: flag(
                "AWS_USE_DUALSTACK_ENDPOINT",
                "use_dualstack_endpoint",
                env,
                profile,
            ),
            // The AWS CLI's HTTP library expands it, and knows the variable of `requests`
            // (EndpointCreator of botocore).
            ca_bundle: env_setting("AWS_CA_BUNDLE", env)
                .or_else(|| profile.sourced("ca_bundle"))
                .or_else(|| env_setting("REQUESTS_CA_BUNDLE", env))
                .map(|path| Sourced::new(env.at_home(&path.value), path.origin)),
        };
        if let (Some(endpoint), true) = (
            &endpoints.sts,
            endpoints.use_fips || endpoints.use_dualstack,
        ) {
            return Err(Error::of(
                Kind::Failure,
                "cannot tell which endpoint to use",
                format!(
                    "{} names one, and a FIPS or dualstack endpoint is also asked for",
                    endpoint.origin
                ),
                "drop one of the two",
            ));
        }
        Ok(endpoints)
    }

    /// The region to sign for when none is configured: that of the ARN's partition which always
    /// has STS (endpoint rules of the SDKs).
    pub fn region_for(&self, serial: Option<&str>) -> String {
        if let Some(region) = &self.region {
            return region.value.clone();
        }
        let partition = serial
            .and_then(|arn| arn.strip_prefix("arn:"))
            .and_then(|rest| rest.split(':').next());
        implicit_region(partition.unwrap_or("aws")).to_owned()
    }

    /// The region that the SDK is told for STS where requests are for `region`: its endpoint rules
    /// know the global endpoint as a region of that name. Where FIPS, dualstack or a configured
    /// endpoint say where STS is, the global region is us-east-1, as in its signatures.
    pub fn sts_region<'r>(&self, region: &'r str) -> &'r str {
        match region {
            _ if self.is_sts_global(region) => GLOBAL,
            GLOBAL => always_on(GLOBAL),
            _ => region,
        }
    }

    /// The URL of STS where it is not the region's own: the configured one, or the global
    /// endpoint's. Sessions from there are others: the global one's do not work in every region.
    pub fn sts_url(&self, serial: Option<&str>) -> Option<String> {
        if let Some(endpoint) = &self.sts {
            return Some(endpoint.value.clone());
        }
        let global = self.is_sts_global(&self.region_for(serial));
        global.then(|| GLOBAL_STS.to_owned())
    }

    /// Whether STS is asked on another machine, at an endpoint that was named for all services: people
    /// name one so that is for a single one, such as S3 (aws-controllers-k8s/community#1044).
    pub(crate) fn may_be_of_another_service(&self) -> bool {
        let named_for_all = |origin: &Origin| match origin {
            Origin::Variable(name) => *name == "AWS_ENDPOINT_URL",
            _ => true,
        };
        self.sts.as_ref().is_some_and(|Sourced { value, origin }| {
            let uri = value.parse::<Uri>().ok();
            let host = uri.as_ref().and_then(Uri::host);
            named_for_all(origin) && !host.is_some_and(is_loopback)
        })
    }

    /// FIPS, dualstack and a configured endpoint override `legacy` (botocore).
    fn is_sts_global(&self, region: &str) -> bool {
        let elsewhere = self.sts.is_some() || self.use_fips || self.use_dualstack;
        let global = region == GLOBAL || self.sts_legacy && is_legacy_global(region);
        global && !elsewhere
    }
}

/// The URL of `ec2` or `s3` in a region: the configured one, or else the region's own (endpoint rules of
/// the SDKs). No run asks these services, so they are no part of [`Endpoints`].
///
/// # Errors
/// The endpoint cannot be used, or the profile's services cannot be read.
pub(crate) fn url_of_service(
    service: &str,
    endpoints: &Endpoints,
    region: &str,
    env: &Environment,
    profile: &Profile<'_>,
) -> Result<String> {
    if let Some(configured) = find_endpoint(service, env, profile)? {
        return Ok(configured.value);
    }
    let fips = if endpoints.use_fips { "-fips" } else { "" };
    let dualstack = endpoints.use_dualstack;
    Ok(match service {
        // S3 had such endpoints before there was a suffix for them.
        "s3" if dualstack => {
            let suffix = dns_suffix(region, false);
            format!("https://s3{fips}.dualstack.{region}.{suffix}")
        }
        _ => {
            let suffix = dns_suffix(region, dualstack);
            format!("https://{service}{fips}.{region}.{suffix}")
        }
    })
}

fn flag(variable: &'static str, key: &str, env: &Environment, profile: &Profile<'_>) -> bool {
    env_setting(variable, env)
        .or_else(|| profile.sourced(key))
        .is_some_and(|found| found.value.eq_ignore_ascii_case("true"))
}

/// Whether `legacy` is asked for; as in botocore there is `regional` beside it and nothing else.
fn find_legacy(env: &Environment, profile: &Profile<'_>) -> Result<bool> {
    let kind = env_setting("AWS_STS_REGIONAL_ENDPOINTS", env)
        .or_else(|| profile.sourced("sts_regional_endpoints"));
    let Some(Sourced { value, origin }) = kind else {
        return Ok(false);
    };
    match value.as_str() {
        "legacy" => Ok(true),
        "regional" => Ok(false),
        _ => Err(Error::new(
            "cannot tell which endpoint of STS to use",
            format!("{value} (from {origin}) is no kind of endpoint"),
            "choose regional, or legacy for the global endpoint",
        )),
    }
}

fn find_region(
    option: Option<&str>,
    env: &Environment,
    chain: &[Profile<'_>],
) -> Result<Option<Sourced<String>>> {
    let region = option
        .map(|region| Sourced::new(region.to_owned(), Origin::Option("--region")))
        .or_else(|| env_setting("AWS_REGION", env))
        .or_else(|| env_setting("AWS_DEFAULT_REGION", env))
        .or_else(|| chain.iter().find_map(|profile| profile.sourced("region")));
    if let Some(Sourced { value, origin }) = &region
        && !is_region(value)
    {
        return Err(Error::new(
            "cannot tell which region to use",
            format!("{value} (from {origin}) is no region's name"),
            "give one such as eu-central-1",
        ));
    }
    Ok(region)
}

/// A configured endpoint that a code or a session may go to.
fn find_endpoint(
    service: &str,
    env: &Environment,
    profile: &Profile<'_>,
) -> Result<Option<Sourced<String>>> {
    let found = configured_endpoint(service, env, profile)?;
    if let Some(endpoint) = &found {
        check_endpoint(endpoint)?;
    }
    Ok(found)
}

/// The order is the SDKs': variable of the service, variable for all, the profile's `[services]`
/// section, the profile's `endpoint_url`.
fn configured_endpoint(
    service: &str,
    env: &Environment,
    profile: &Profile<'_>,
) -> Result<Option<Sourced<String>>> {
    if flag(
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
        "ignore_configured_endpoint_urls",
        env,
        profile,
    ) {
        return Ok(None);
    }
    let variable = match service {
        "sts" => "AWS_ENDPOINT_URL_STS",
        "sso" => "AWS_ENDPOINT_URL_SSO",
        "sso_oidc" => "AWS_ENDPOINT_URL_SSO_OIDC",
        "signin" => "AWS_ENDPOINT_URL_SIGNIN",
        "ec2" => "AWS_ENDPOINT_URL_EC2",
        "s3" => "AWS_ENDPOINT_URL_S3",
        _ => "AWS_ENDPOINT_URL_IAM",
    };
    let mut services = profile.service_endpoints()?.into_iter();
    let in_services = || {
        let (_, url) = services.find(|(name, _)| name == service)?;
        let place = profile.place("services").unwrap_or_default();
        Some(Sourced::new(url, Origin::Profile(place)))
    };
    Ok(env_setting(variable, env)
        .or_else(|| env_setting("AWS_ENDPOINT_URL", env))
        .or_else(in_services)
        .or_else(|| profile.sourced("endpoint_url")))
}
