//! A provider of identities on loopback: OAuth 2.0 with PKCE and single-use codes, OpenID Connect with signed tokens, and the
//! addresses of GitHub and GitLab. It knows one person and asks nothing.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// Who the portal is there.
pub const CLIENT: (&str, &str) = ("portal", "client-secret-0123456789");

/// The provider, until it is dropped.
pub struct IdentityProvider {
    address: SocketAddr,
    shared: Arc<Shared>,
    task: tokio::task::JoinHandle<()>,
}

struct Shared {
    issuer: String,
    key: SigningKey,
    world: Mutex<World>,
}

/// What tests look at and change.
#[derive(Default)]
struct World {
    /// What the provider says of the person.
    person: Value,
    /// Changes of the claims in tokens of identity.
    claims: Value,
    codes: HashMap<String, HashMap<String, String>>,
    issued: usize,
    refresh_tokens: Vec<String>,
}

type Fields = HashMap<String, String>;

impl IdentityProvider {
    /// Starts with a person; `person` is what the address of profiles answers.
    pub async fn start(person: Value) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            issuer: format!("http://{address}"),
            key: SigningKey::from_slice(&[7; 32]).unwrap(),
            world: Mutex::new(World { person, claims: json!({}), ..World::default() }),
        });
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(discovery))
            .route("/keys", get(keys))
            .route("/authorize", get(authorize))
            .route("/login/oauth/authorize", get(authorize))
            .route("/oauth/authorize", get(authorize))
            .route("/token", post(token))
            .route("/login/oauth/access_token", post(token))
            .route("/oauth/token", post(token))
            .route("/userinfo", get(profile))
            .route("/api/v3/user", get(profile))
            .route("/api/v4/user", get(profile))
            .with_state(shared.clone());
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { address, shared, task }
    }

    /// `http://127.0.0.1:port`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Says something else of the person from now on.
    pub fn person(&self, person: Value) {
        self.shared.world.lock().unwrap().person = person;
    }

    /// Puts other claims into tokens of identity from now on.
    pub fn claims(&self, claims: Value) {
        self.shared.world.lock().unwrap().claims = claims;
    }

    /// A token that the provider signs.
    pub fn token(&self, claims: &Value) -> String {
        signed(&self.shared.key, claims)
    }

    /// Refuses all tokens that refresh.
    pub fn revoke(&self) {
        self.shared.world.lock().unwrap().refresh_tokens.clear();
    }
}

impl Drop for IdentityProvider {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn discovery(State(shared): State<Arc<Shared>>) -> Json<Value> {
    let at = |path: &str| format!("{}{path}", shared.issuer);
    Json(json!({
        "issuer": shared.issuer,
        "authorization_endpoint": at("/authorize"),
        "token_endpoint": at("/token"),
        "userinfo_endpoint": at("/userinfo"),
        "jwks_uri": at("/keys"),
    }))
}

async fn keys(State(shared): State<Arc<Shared>>) -> Json<Value> {
    let point = shared.key.verifying_key().to_encoded_point(false);
    let encode = |bytes: Option<&p256::FieldBytes>| URL_SAFE_NO_PAD.encode(bytes.unwrap());
    Json(json!({ "keys": [{ "kty": "EC", "crv": "P-256", "kid": "k1", "alg": "ES256", "use": "sig",
        "x": encode(point.x()), "y": encode(point.y()) }] }))
}

async fn authorize(State(shared): State<Arc<Shared>>, Query(asked): Query<Fields>) -> Response {
    let mut world = shared.world.lock().unwrap();
    world.issued += 1;
    let code = format!("code-{}", world.issued);
    let mut back = url::Url::parse(&asked["redirect_uri"]).unwrap();
    back.query_pairs_mut().append_pair("code", &code).append_pair("state", &asked["state"]).append_pair("iss", "x");
    world.codes.insert(code, asked);
    Redirect::to(back.as_str()).into_response()
}

async fn token(State(shared): State<Arc<Shared>>, headers: HeaderMap, Form(sent): Form<Fields>) -> Response {
    let refused = |error: &str| (StatusCode::BAD_REQUEST, Json(json!({ "error": error }))).into_response();
    let field = |name: &str| sent.get(name).cloned().unwrap_or_default();
    let basic = headers.get(header::AUTHORIZATION).map(|value| value.to_str().unwrap().to_owned());
    let known = match basic {
        Some(basic) => basic == format!("Basic {}", STANDARD.encode(format!("{}:{}", CLIENT.0, CLIENT.1))),
        None => field("client_id") == CLIENT.0 && field("client_secret") == CLIENT.1,
    };
    if !known {
        return refused("invalid_client");
    }
    let mut world = shared.world.lock().unwrap();
    let nonce = match field("grant_type").as_str() {
        "authorization_code" => {
            let Some(asked) = world.codes.remove(&field("code")) else { return refused("invalid_grant") };
            let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(field("code_verifier")));
            if asked["code_challenge"] != challenge || asked["redirect_uri"] != field("redirect_uri") {
                return refused("invalid_grant");
            }
            asked.get("nonce").cloned()
        }
        "refresh_token" if world.refresh_tokens.contains(&field("refresh_token")) => None,
        _ => return refused("invalid_grant"),
    };
    world.issued += 1;
    let refresh_token = format!("refresh-{}-{}", world.issued, "x".repeat(4200));
    world.refresh_tokens.push(refresh_token.clone());
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let mut claims =
        json!({ "iss": shared.issuer, "aud": CLIENT.0, "sub": world.person["sub"], "exp": now + 600, "iat": now });
    if let Some(nonce) = nonce {
        claims["nonce"] = nonce.into();
    }
    for (name, value) in world.claims.as_object().unwrap() {
        claims[name] = value.clone();
    }
    Json(json!({
        "access_token": format!("access-{}", world.issued),
        "token_type": "bearer",
        "expires_in": 600,
        "scope": "openid,profile",
        "refresh_token": refresh_token,
        "id_token": signed(&shared.key, &claims),
    }))
    .into_response()
}

fn signed(key: &SigningKey, claims: &Value) -> String {
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let text = format!("{}.{}", encode(&json!({ "alg": "ES256", "kid": "k1", "typ": "JWT" })), encode(claims));
    let signature: Signature = key.sign(text.as_bytes());
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes()))
}

async fn profile(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Response {
    let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !bearer.starts_with("Bearer access-") {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    Json(shared.world.lock().unwrap().person.clone()).into_response()
}
