//! A request as it arrived: its bytes, its form, and what its Authorization header claims.
//!
//! Nothing is trusted here; `auth.rs` decides.

use std::collections::BTreeMap;

use hyper::body::Bytes;

use crate::refusal::{Answer, Refusal};
use crate::sigv4::{ALGORITHM, Scope, TERMINATOR, pairs};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Service {
    Sts,
    Iam,
    Ec2,
    /// One call, without parameters: only the signature says whose it is.
    S3,
    /// The federation endpoint, which has a path of its own.
    Signin,
}

pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: String,
    /// Lower-case names in the order they came.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Bytes,
    params: BTreeMap<String, String>,
}

/// What the Authorization header says.
#[derive(Clone, Debug)]
pub(crate) struct Authorization {
    pub(crate) key_id: String,
    pub(crate) scope: Scope,
    pub(crate) terminator: String,
    pub(crate) signed_headers: Vec<String>,
    pub(crate) signature: String,
}

impl Service {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Service::Sts => "sts",
            Service::Iam => "iam",
            Service::Ec2 => "ec2",
            Service::S3 => "s3",
            Service::Signin => "signin",
        }
    }

    pub(crate) fn version(self) -> &'static str {
        match self {
            Service::Sts => "2011-06-15",
            Service::Iam => "2010-05-08",
            Service::Ec2 => "2016-11-15",
            Service::S3 | Service::Signin => "",
        }
    }
}

impl Request {
    pub(crate) fn new(
        method: String,
        path: String,
        query: String,
        headers: Vec<(String, String)>,
        body: Bytes,
    ) -> Request {
        let mut params: BTreeMap<String, String> = pairs(&query).collect();
        let form = headers.iter().any(|(name, value)| {
            name == "content-type" && value.starts_with("application/x-www-form-urlencoded")
        });
        if form {
            params.extend(pairs(&String::from_utf8_lossy(&body)));
        }
        Request {
            method,
            path,
            query,
            headers,
            body,
            params,
        }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// A parameter of the form or of the query. An empty one counts, as with AWS.
    pub(crate) fn param(&self, name: &str) -> Option<&str> {
        self.params.get(name).map(String::as_str)
    }

    /// All parameters but these.
    pub(crate) fn other_params(&self, left_out: &[&str]) -> BTreeMap<String, String> {
        let kept = |(name, _): &(&String, &String)| !left_out.contains(&name.as_str());
        let kept = self.params.iter().filter(kept);
        kept.map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    }

    pub(crate) fn action(&self) -> &str {
        if self.service() == Service::S3 {
            return "ListBuckets";
        }
        self.param("Action").unwrap_or_default()
    }

    /// AWS tells its services apart by host name; on one port, the API version has to do.
    pub(crate) fn service(&self) -> Service {
        if self.path == "/federation" {
            return Service::Signin;
        }
        let of_s3 = |it: Authorization| it.scope.service == "s3";
        if self.method == "GET" && self.authorization().is_ok_and(of_s3) {
            return Service::S3;
        }
        let version = self.param("Version").unwrap_or_default();
        [Service::Iam, Service::Ec2]
            .into_iter()
            .find(|service| service.version() == version)
            .unwrap_or(Service::Sts)
    }

    /// The Region that the signature names.
    pub(crate) fn region(&self) -> String {
        self.authorization()
            .map(|it| it.scope.region)
            .unwrap_or_default()
    }

    pub(crate) fn authorization(&self) -> Answer<Authorization> {
        let header = self.header("authorization").ok_or_else(Refusal::unsigned)?;
        let fields = header
            .strip_prefix(ALGORITHM)
            .ok_or_else(|| Refusal::incomplete_signature("Unsupported AWS 'algorithm'."))?;
        let field = |name: &str| {
            fields
                .split(',')
                .filter_map(|field| field.trim().split_once('='))
                .find(|(known, _)| *known == name)
                .map(|(_, value)| value.to_owned())
        };
        let names = ["Credential", "Signature", "SignedHeaders"];
        let [Some(credential), Some(signature), Some(signed_headers)] = names.map(field) else {
            let lost: Vec<String> = names
                .iter()
                .filter(|name| field(name).is_none())
                .map(|name| format!("Authorization header requires '{name}' parameter."))
                .collect();
            return Err(Refusal::incomplete_signature(lost.join(" ")));
        };
        let parts: Vec<&str> = credential.split('/').collect();
        let &[key_id, date, region, service, terminator] = parts.as_slice() else {
            return Err(Refusal::incomplete_signature(format!(
                "Credential must have exactly 5 slash-delimited elements, e.g. \
                 keyid/date/region/service/term, got '{}'",
                credential.escape_debug()
            )));
        };
        Ok(Authorization {
            key_id: key_id.to_owned(),
            scope: Scope {
                date: date.to_owned(),
                region: region.to_owned(),
                service: service.to_owned(),
            },
            terminator: terminator.to_owned(),
            signed_headers: signed_headers.split(';').map(str::to_owned).collect(),
            signature,
        })
    }
}

impl Authorization {
    /// Whether the scope is for this service and day, and for AWS at all.
    pub(crate) fn check_scope(&self, service: Service, timestamp: &str) -> Answer<()> {
        if self.terminator != TERMINATOR {
            return Err(Refusal::signature(format!(
                "Credential should be scoped with a valid terminator: '{TERMINATOR}', not '{}'.",
                self.terminator
            )));
        }
        if self.scope.service != service.name() {
            return Err(Refusal::signature(format!(
                "Credential should be scoped to correct service: '{}'. ",
                service.name()
            )));
        }
        let day = timestamp.get(..8).unwrap_or_default();
        if self.scope.date != day {
            return Err(Refusal::signature(format!(
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date \
                 from HTTP: '{}' != '{day}', from '{timestamp}'.",
                self.scope.date
            )));
        }
        Ok(())
    }
}
