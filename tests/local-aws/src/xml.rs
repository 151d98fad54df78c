//! The XML of the answers. Each service wraps its errors in its own way, and so do we.

use std::fmt::Write as _;

use jiff::Timestamp;

use crate::refusal::Refusal;
use crate::request::Service;

/// An element around inner elements.
pub(crate) fn tag(name: &str, inner: &str) -> String {
    format!("<{name}>{inner}</{name}>")
}

/// A moment as AWS writes it.
pub(crate) fn date(name: &str, epoch: i64) -> String {
    Timestamp::from_second(epoch).map_or_else(|_| String::new(), |at| text(name, &at.to_string()))
}

/// An element around text, which is escaped.
pub(crate) fn text(name: &str, value: &str) -> String {
    tag(name, &escape(value))
}

/// The answer of a successful action, its result already rendered.
pub(crate) fn success(service: Service, action: &str, result: &str, request_id: &str) -> String {
    match service {
        // An action that answers nothing has no result element.
        Service::Sts | Service::Iam => format!(
            "<{action}Response xmlns=\"{}\">{}{}</{action}Response>",
            namespace(service),
            match result {
                "" => String::new(),
                result => tag(&format!("{action}Result"), result),
            },
            tag("ResponseMetadata", &text("RequestId", request_id)),
        ),
        Service::Ec2 => format!(
            "<{action}Response xmlns=\"{}\">{}{result}</{action}Response>",
            namespace(service),
            text("requestId", request_id),
        ),
        Service::S3 => format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListAllMyBucketsResult \
             xmlns=\"{}\">{result}</ListAllMyBucketsResult>",
            namespace(service),
        ),
        Service::Signin => result.to_owned(),
    }
}

pub(crate) fn refusal(service: Service, refusal: &Refusal, request_id: &str) -> String {
    let error = text("Code", refusal.code) + &text("Message", &refusal.message);
    match service {
        Service::Sts | Service::Iam => {
            let kind = if refusal.status < 500 {
                "Sender"
            } else {
                "Receiver"
            };
            format!(
                "<ErrorResponse xmlns=\"{}\">{}{}</ErrorResponse>",
                namespace(service),
                tag("Error", &(text("Type", kind) + &error)),
                text("RequestId", request_id),
            )
        }
        Service::Ec2 => format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response>{}{}</Response>",
            tag("Errors", &tag("Error", &error)),
            text("RequestID", request_id),
        ),
        Service::S3 => format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{}",
            tag("Error", &(error + &text("RequestId", request_id))),
        ),
        // A page for the person at the browser.
        Service::Signin => format!(
            "<html><head>{}</head><body>{}</body></html>",
            text("title", "Amazon Web Services Sign-In"),
            text("p", &refusal.message)
        ),
    }
}

fn namespace(service: Service) -> &'static str {
    match service {
        Service::Sts => "https://sts.amazonaws.com/doc/2011-06-15/",
        Service::Iam => "https://iam.amazonaws.com/doc/2010-05-08/",
        Service::Signin => "",
        Service::S3 => "http://s3.amazonaws.com/doc/2006-03-01/",
        Service::Ec2 => "http://ec2.amazonaws.com/doc/2016-11-15/",
    }
}

/// Control characters become references, although XML 1.0 forbids most of them: that is how a
/// hostile server gets an ESC through a parser that does not mind.
fn escape(value: &str) -> String {
    value.chars().fold(String::new(), |mut out, c| {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c if c.is_control() => {
                // Writing to a String cannot fail.
                let _ = write!(out, "&#{};", u32::from(c));
            }
            c => out.push(c),
        }
        out
    })
}
