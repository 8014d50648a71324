//! Words of the field as types: one closed list, one spelling on the wire, one label a language.

use serde::Serialize;
use utoipa::ToSchema;

/// Language of an answer; Vietnamese unless the caller asks for English.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lang {
    #[default]
    Vi,
    En,
}

impl Lang {
    /// Picks the text in this language.
    pub fn pick<'a>(self, vi: &'a str, en: &'a str) -> &'a str {
        match self {
            Lang::Vi => vi,
            Lang::En => en,
        }
    }
    /// `vi` or `en`, as in `Content-Language`.
    pub fn tag(self) -> &'static str {
        self.pick("vi", "en")
    }
}

/// One value of an enumeration with its labels, as `GET /meta/enums` lists it.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct Word {
    /// The value on the wire.
    #[schema(value_type = String)]
    pub value: &'static str,
    /// Vietnamese label.
    #[schema(value_type = String)]
    pub vi: &'static str,
    /// English label.
    #[schema(value_type = String)]
    pub en: &'static str,
}

/// Declares an enumeration kept as text, with labels, parser, JSON, OpenAPI schema and column type.
#[macro_export]
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $word:literal, $vi:literal, $en:literal;)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, diesel::expression::AsExpression, diesel::deserialize::FromSqlRow)]
        #[diesel(sql_type = diesel::sql_types::Text)]
        pub enum $name { $($(#[$vmeta])* #[doc = $en] $variant),+ }

        impl $name {
            /// Every value, in the order in which people list them.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];
            /// The values with their labels.
            pub const WORDS: &'static [$crate::words::Word] = &[$($crate::words::Word { value: $word, vi: $vi, en: $en }),+];
            /// The spelling on the wire and in the database.
            pub const fn word(self) -> &'static str { match self { $($name::$variant => $word),+ } }
            /// The label in a language.
            pub fn label(self, lang: $crate::words::Lang) -> &'static str { match self { $($name::$variant => lang.pick($vi, $en)),+ } }
            /// Reads the spelling on the wire.
            pub fn parse(word: &str) -> Option<Self> { match word { $($word => Some($name::$variant),)+ _ => None } }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str(self.word()) }
        }
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> { s.serialize_str(self.word()) }
        }
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(d)?;
                Self::parse(&text).ok_or_else(|| serde::de::Error::unknown_variant(&text, &[$($word),+]))
            }
        }
        impl<DB: diesel::backend::Backend> diesel::serialize::ToSql<diesel::sql_types::Text, DB> for $name
        where str: diesel::serialize::ToSql<diesel::sql_types::Text, DB> {
            fn to_sql<'b>(&'b self, out: &mut diesel::serialize::Output<'b, '_, DB>) -> diesel::serialize::Result {
                <str as diesel::serialize::ToSql<diesel::sql_types::Text, DB>>::to_sql(self.word(), out)
            }
        }
        impl<DB: diesel::backend::Backend> diesel::deserialize::FromSql<diesel::sql_types::Text, DB> for $name
        where String: diesel::deserialize::FromSql<diesel::sql_types::Text, DB> {
            fn from_sql(raw: DB::RawValue<'_>) -> diesel::deserialize::Result<Self> {
                let text = <String as diesel::deserialize::FromSql<diesel::sql_types::Text, DB>>::from_sql(raw)?;
                Self::parse(&text).ok_or_else(|| format!("unknown {}: {text}", stringify!($name)).into())
            }
        }
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::schema::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .description(Some(concat!($($word, ": ", $vi, " (", $en, "); "),+)))
                    .enum_values(Some([$($word),+]))
                    .into()
            }
        }
        impl utoipa::ToSchema for $name {
            fn name() -> std::borrow::Cow<'static, str> { std::borrow::Cow::Borrowed(stringify!($name)) }
        }
    };
}
