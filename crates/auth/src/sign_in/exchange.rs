//! What the portal asks of a provider itself: tokens, who somebody is, keys, discovery.

use std::pin::Pin;

use base::http::header::{ACCEPT, AUTHORIZATION, HeaderValue};
use base::http::{HttpClient, HttpError, Request, redact};
use http::HeaderMap;
use oauth2::basic::{
    BasicErrorResponse, BasicRevocationErrorResponse, BasicTokenIntrospectionResponse, BasicTokenType,
};
use oauth2::{
    AsyncHttpClient, AuthType, AuthUrl, AuthorizationCode, Client, ClientId, ClientSecret, ExtraTokenFields,
    PkceCodeVerifier, RedirectUrl, RefreshToken, RequestTokenError, Scope, StandardRevocableToken,
    StandardTokenResponse, TokenResponse, TokenUrl,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use super::person::{Person, text};
use super::site::{ClientAuth, Profile, Site};
use crate::jws::Token;

/// The most bytes of an answer that is read.
const MAX_BYTES: u64 = 1 << 20;

/// Why a provider did not give what was asked for. The text goes to the person who signs in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ExchangeError(pub String);

/// Tokens of a provider.
#[derive(Clone, Debug)]
pub(super) struct Tokens {
    pub(super) access_token: String,
    pub(super) id_token: Option<String>,
    pub(super) refresh_token: Option<String>,
    pub(super) scope: Option<String>,
    pub(super) expires_in: Option<u64>,
}

/// What is beside the tokens of OAuth.
#[derive(Debug, Serialize, Deserialize)]
struct Extra {
    #[serde(default)]
    id_token: Option<String>,
}

impl ExtraTokenFields for Extra {}

type Response = StandardTokenResponse<Extra, BasicTokenType>;
type OAuthClient = Client<
    BasicErrorResponse,
    Response,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
    oauth2::EndpointSet,
    oauth2::EndpointNotSet,
    oauth2::EndpointNotSet,
    oauth2::EndpointNotSet,
    oauth2::EndpointSet,
>;

/// What the portal is at a provider.
#[derive(Clone, Copy)]
pub(super) struct Credentials<'a> {
    pub(super) client_id: &'a str,
    pub(super) client_secret: &'a str,
    pub(super) callback: &'a str,
}

/// Tokens for a code.
pub(super) async fn tokens(
    http: &HttpClient,
    site: &Site,
    credentials: Credentials<'_>,
    code: &str,
    verifier: &str,
) -> Result<Tokens, ExchangeError> {
    let client = client(site, credentials)?;
    let request = client
        .exchange_code(AuthorizationCode::new(code.to_owned()))
        .set_pkce_verifier(PkceCodeVerifier::new(verifier.to_owned()));
    let answer = request.request_async(&Sender(http.clone())).await;
    answer.map(|answer| told(&answer)).map_err(failed)
}

/// Fresh tokens for a token that refreshes.
pub(super) async fn refreshed(
    http: &HttpClient,
    site: &Site,
    credentials: Credentials<'_>,
    refresh_token: &str,
    scopes: &[String],
) -> Result<Tokens, ExchangeError> {
    let client = client(site, credentials)?;
    let token = RefreshToken::new(refresh_token.to_owned());
    let request = client.exchange_refresh_token(&token).add_scopes(scopes.iter().cloned().map(Scope::new));
    let answer = request.request_async(&Sender(http.clone())).await;
    answer.map(|answer| told(&answer)).map_err(failed)
}

fn client(site: &Site, credentials: Credentials<'_>) -> Result<OAuthClient, ExchangeError> {
    let url = |error: url::ParseError| ExchangeError(error.to_string());
    let auth_type = match site.client_auth {
        ClientAuth::Basic => AuthType::BasicAuth,
        ClientAuth::Body => AuthType::RequestBody,
    };
    let client = Client::<BasicErrorResponse, Response, _, _, BasicRevocationErrorResponse>::new(ClientId::new(
        credentials.client_id.to_owned(),
    ))
    .set_client_secret(ClientSecret::new(credentials.client_secret.to_owned()))
    .set_auth_type(auth_type)
    .set_auth_uri(AuthUrl::new(site.authorize.to_string()).map_err(url)?)
    .set_token_uri(TokenUrl::new(site.token.to_string()).map_err(url)?)
    .set_redirect_uri(RedirectUrl::new(credentials.callback.to_owned()).map_err(url)?);
    Ok(client)
}

fn told(answer: &Response) -> Tokens {
    let scopes = answer.scopes().map(|scopes| scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(" "));
    Tokens {
        access_token: answer.access_token().secret().clone(),
        id_token: answer.extra_fields().id_token.clone(),
        refresh_token: answer.refresh_token().map(|token| token.secret().clone()),
        // Some part scopes with commas.
        scope: scopes.map(|scopes| scopes.replace(',', " ")),
        expires_in: answer.expires_in().map(|time| time.as_secs()),
    }
}

/// The words of the provider where it has some. What it was sent is in none of them.
fn failed(error: RequestTokenError<ExchangeError, BasicErrorResponse>) -> ExchangeError {
    match error {
        RequestTokenError::ServerResponse(refusal) => {
            let description = refusal.error_description().map(|text| format!(": {text}")).unwrap_or_default();
            ExchangeError(format!("the provider refused: {}{description}", refusal.error()))
        }
        RequestTokenError::Request(error) => error,
        // GitHub refuses with a success.
        RequestTokenError::Parse(_, body) => match serde_json::from_slice::<Value>(&body) {
            Ok(body) if body.get("error").is_some() => {
                let description = text(&body, "error_description").map(|text| format!(": {text}")).unwrap_or_default();
                ExchangeError(format!(
                    "the provider refused: {}{description}",
                    text(&body, "error").unwrap_or_default()
                ))
            }
            _ => ExchangeError("the provider answered something that are no tokens".to_owned()),
        },
        RequestTokenError::Other(reason) => ExchangeError(reason),
    }
}

/// How the protocol's library sends: as everything that leaves the portal.
struct Sender(HttpClient);

impl<'c> AsyncHttpClient<'c> for Sender {
    type Error = ExchangeError;
    type Future = Pin<Box<dyn Future<Output = Result<oauth2::HttpResponse, ExchangeError>> + Send + 'c>>;

    fn call(&'c self, request: oauth2::HttpRequest) -> Self::Future {
        Box::pin(post(&self.0, request))
    }
}

/// Sends a request of the protocol under the rules for everything that leaves the portal.
async fn post(http: &HttpClient, request: oauth2::HttpRequest) -> Result<oauth2::HttpResponse, ExchangeError> {
    let (parts, body) = request.into_parts();
    let address = Url::parse(&parts.uri.to_string()).map_err(|error| ExchangeError(error.to_string()))?;
    let content_type = parts.headers.get(http::header::CONTENT_TYPE).cloned();
    let content_type = content_type.unwrap_or(HeaderValue::from_static("application/x-www-form-urlencoded"));
    let mut request = Request::post(address, content_type, body, MAX_BYTES);
    request = request.header(ACCEPT, HeaderValue::from_static("application/json"));
    if let Some(authorization) = parts.headers.get(AUTHORIZATION) {
        request = request.credential(AUTHORIZATION, authorization.clone());
    }
    let answer = http.send(request).await.map_err(|error| ExchangeError(error.to_string()))?;
    let mut response = oauth2::HttpResponse::new(answer.body.to_vec());
    *response.status_mut() = answer.status;
    *response.headers_mut() = HeaderMap::from_iter([(
        http::header::CONTENT_TYPE,
        answer.headers.get(http::header::CONTENT_TYPE).cloned().unwrap_or(HeaderValue::from_static("application/json")),
    )]);
    Ok(response)
}

/// Gives a token back.
pub(super) async fn revoke(
    http: &HttpClient,
    address: &Url,
    credentials: Credentials<'_>,
    token: &str,
) -> Result<(), HttpError> {
    let body = form_urlencoded::Serializer::new(String::new())
        .append_pair("token", token)
        .append_pair("client_id", credentials.client_id)
        .append_pair("client_secret", credentials.client_secret)
        .finish();
    let form = HeaderValue::from_static("application/x-www-form-urlencoded");
    http.send(Request::post(address.clone(), form, body, MAX_BYTES)).await.map(drop)
}

/// Who the tokens are of.
pub(super) async fn person(http: &HttpClient, site: &Site, tokens: &Tokens) -> Result<Person, ExchangeError> {
    let bearer = format!("Bearer {}", tokens.access_token);
    match &site.profile {
        Profile::IdToken => {
            // It came from the provider itself, over a connection that proves it.
            let claims = tokens.id_token.as_deref().and_then(Token::parse).and_then(|token| token.claims::<Value>());
            Ok(claims.map(|claims| Person::from_claims(&claims)).unwrap_or_default())
        }
        Profile::Endpoints(addresses, read) => {
            let mut answers = Vec::with_capacity(addresses.len());
            for address in addresses {
                answers.push(json(http, address, Some(&bearer)).await?);
            }
            Ok(read(&answers))
        }
        Profile::NameThen { name, users, read } => {
            let name = get(http, name, Some(&bearer)).await?;
            let name = String::from_utf8_lossy(&name).trim().to_owned();
            let mut address = users.clone();
            if let Ok(mut path) = address.path_segments_mut() {
                path.push(&name);
            }
            address.query_pairs_mut().append_pair("avatarSize", "256");
            Ok(read(&json(http, &address, Some(&bearer)).await?))
        }
    }
}

/// A JSON document.
pub(crate) async fn json(http: &HttpClient, address: &Url, bearer: Option<&str>) -> Result<Value, ExchangeError> {
    let body = get(http, address, bearer).await?;
    serde_json::from_slice(&body).map_err(|_| ExchangeError(format!("{} answered no JSON", redact(address))))
}

async fn get(http: &HttpClient, address: &Url, bearer: Option<&str>) -> Result<bytes::Bytes, ExchangeError> {
    let mut request =
        Request::get(address.clone(), MAX_BYTES).header(ACCEPT, HeaderValue::from_static("application/json"));
    if let Some(bearer) = bearer {
        let value =
            HeaderValue::from_str(bearer).map_err(|_| ExchangeError("the provider's token is none".to_owned()))?;
        request = request.credential(AUTHORIZATION, value);
    }
    let answer = http.send(request).await.map_err(|error| ExchangeError(error.to_string()))?;
    if !answer.status.is_success() {
        return Err(ExchangeError(format!("{} answered {}", redact(address), answer.status.as_u16())));
    }
    Ok(answer.body)
}
