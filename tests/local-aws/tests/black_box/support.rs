//! A signing client with the freedom to sign wrongly.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use jiff::{SignedDuration, Timestamp};
use local_aws::sigv4::{self, Scope, Signed};
use local_aws::{Account, Server};

pub(crate) const SERIAL: &str = "arn:aws:iam::123456789012:mfa/testuser";
pub(crate) const OTHER_SERIAL: &str = "arn:aws:iam::123456789012:mfa/otheruser";

/// Keys, and how to sign with them.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    pub(crate) url: String,
    pub(crate) key: String,
    pub(crate) secret: String,
    pub(crate) token: Option<String>,
    pub(crate) region: String,
    /// Overrides the service of the scope.
    pub(crate) scope_service: Option<String>,
    /// Seconds that the client's clock is ahead.
    pub(crate) skew: i64,
    /// A header that is sent, but not signed.
    pub(crate) unsigned: Option<&'static str>,
}

#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

/// A server whose clock is in the middle of a time step, so that no test races a new code.
pub(crate) fn start() -> Server {
    let server = Server::start(Account::story()).unwrap();
    settle(&server);
    server
}

/// Sets the clock to (nearly) real time, ten seconds into a time step.
pub(crate) fn settle(server: &Server) {
    server.set_clock(10 - Timestamp::now().as_second().rem_euclid(30));
}

pub(crate) fn client(server: &Server, user: &str) -> Client {
    let account = Account::story();
    let user = account.user(user);
    Client {
        url: server.url(),
        key: user.access_key_id().to_owned(),
        secret: user.secret_access_key().to_owned(),
        token: None,
        region: "us-east-1".to_owned(),
        scope_service: None,
        skew: 0,
        unsigned: None,
    }
}

impl Client {
    pub(crate) fn sts(&self, action: &str, parameters: &[(&str, &str)]) -> Reply {
        self.call("sts", "2011-06-15", action, parameters)
    }

    pub(crate) fn iam(&self, action: &str, parameters: &[(&str, &str)]) -> Reply {
        self.call("iam", "2010-05-08", action, parameters)
    }

    pub(crate) fn regions(&self) -> Reply {
        self.call("ec2", "2016-11-15", "DescribeRegions", &[])
    }

    /// GetSessionToken with the user's own device and a code.
    pub(crate) fn session_token(&self, serial: &str, code: &str, seconds: &str) -> Reply {
        let parameters = [
            ("SerialNumber", serial),
            ("TokenCode", code),
            ("DurationSeconds", seconds),
        ];
        self.sts("GetSessionToken", &parameters)
    }

    /// A client with the credentials of an answer.
    pub(crate) fn with(&self, reply: &Reply) -> Client {
        assert_eq!(reply.status, 200, "{}", reply.body);
        Client {
            key: reply.field("AccessKeyId"),
            secret: reply.field("SecretAccessKey"),
            token: Some(reply.field("SessionToken")),
            ..self.clone()
        }
    }

    pub(crate) fn call(
        &self,
        service: &str,
        version: &str,
        action: &str,
        parameters: &[(&str, &str)],
    ) -> Reply {
        let (headers, body) = self.signed(service, version, action, parameters);
        send(&self.url, &headers, &body)
    }

    pub(crate) fn signed(
        &self,
        service: &str,
        version: &str,
        action: &str,
        parameters: &[(&str, &str)],
    ) -> (Vec<(String, String)>, String) {
        let mut body = format!("Action={action}&Version={version}");
        for (name, value) in parameters {
            body += &format!("&{name}={}", sigv4::escape(value));
        }
        let now = Timestamp::now() + SignedDuration::from_secs(self.skew);
        let timestamp = now.strftime("%Y%m%dT%H%M%SZ").to_string();
        let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let mut headers = vec![
            header("content-type", "application/x-www-form-urlencoded"),
            header("host", self.url.strip_prefix("http://").unwrap()),
            header("x-amz-date", &timestamp),
        ];
        if let Some(token) = &self.token {
            headers.push(header("x-amz-security-token", token));
        }
        let scope = Scope {
            date: timestamp[..8].to_owned(),
            region: self.region.clone(),
            service: self
                .scope_service
                .clone()
                .unwrap_or_else(|| service.to_owned()),
        };
        let mut covered = headers.clone();
        covered.retain(|(name, _)| Some(name.as_str()) != self.unsigned);
        let request = Signed {
            method: "POST",
            path: "/",
            query: "",
            headers: &covered,
            body: body.as_bytes(),
            timestamp: &timestamp,
        };
        let signature = sigv4::signature(&self.secret, &scope, &request);
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential={}/{}, SignedHeaders={}, Signature={signature}",
            self.key,
            scope.text(),
            sigv4::header_names(&covered)
        );
        headers.push(("authorization".to_owned(), authorization));
        (headers, body)
    }
}

/// Sends a POST to a URL; a cut connection is status 0.
pub(crate) fn send(url: &str, headers: &[(String, String)], body: &str) -> Reply {
    let address = url.strip_prefix("http://").unwrap();
    let (address, path) = address.split_once('/').unwrap_or((address, ""));
    let mut stream = TcpStream::connect(address).unwrap();
    let length = body.len();
    let mut text =
        format!("POST /{path} HTTP/1.1\r\nconnection: close\r\ncontent-length: {length}\r\n");
    for (name, value) in headers {
        text += &format!("{name}: {value}\r\n");
    }
    stream.write_all((text + "\r\n" + body).as_bytes()).unwrap();
    let mut answer = Vec::new();
    // A reset is a cut, too.
    let _ = stream.read_to_end(&mut answer);
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_default();
    let status = head
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok())
        .unwrap_or(0);
    Reply {
        status,
        head: head.to_ascii_lowercase(),
        body: body.to_owned(),
    }
}

impl Reply {
    /// The text of the first element of that name.
    pub(crate) fn field(&self, name: &str) -> String {
        let after = self
            .body
            .split_once(&format!("<{name}>"))
            .map(|(_, after)| after);
        let text = after.and_then(|text| text.split_once(&format!("</{name}>")));
        text.map(|(text, _)| text.to_owned()).unwrap_or_default()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let prefix = format!("{name}: ");
        self.head
            .lines()
            .find_map(|line| line.strip_prefix(prefix.as_str()))
    }

    /// Asserts a refusal with these very words.
    #[track_caller]
    pub(crate) fn refused(&self, status: u16, code: &str, message: &str) {
        let found = (self.status, self.field("Code"), self.field("Message"));
        assert_eq!(
            found,
            (status, code.to_owned(), message.to_owned()),
            "{}",
            self.body
        );
    }

    #[track_caller]
    pub(crate) fn ok(&self) -> &Reply {
        assert_eq!(self.status, 200, "{}", self.body);
        self
    }
}
