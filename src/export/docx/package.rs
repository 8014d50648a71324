//! The parts of the file around its text, zipped so that equal content has equal bytes (RULES 17).

use crate::error::{Error, Result};
use chrono::{Datelike, NaiveDate};
use quick_xml::escape::escape;
use std::io::{Cursor, Write};
use zip::{CompressionMethod, DateTime, ZipWriter, write::SimpleFileOptions};

const HEAD: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>"#;
const MAIN: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
const LINKS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";
const TYPE: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml";

/// The sheet: A4, margins in twips, text as XML.
#[derive(Debug)]
pub struct Sheet<'a> {
    pub top: u32,
    pub bottom: u32,
    pub left: u32,
    pub right: u32,
    pub body: &'a str,
    pub title: &'a str,
    pub creator: &'a str,
    pub day: NaiveDate,
}

/// The finished file.
pub fn pack(sheet: &Sheet<'_>) -> Result<Vec<u8>> {
    let types = [("document", "document.main"), ("styles", "styles"), ("settings", "settings"), ("header1", "header")]
        .map(|(part, kind)| format!(r#"<Override PartName="/word/{part}.xml" ContentType="{TYPE}.{kind}+xml"/>"#))
        .concat();
    let content_types = format!(
        r#"{HEAD}<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>{types}<Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>"#
    );
    let roots = format!(
        r#"{HEAD}<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" Type="{LINKS}/officeDocument" Target="word/document.xml"/><Relationship Id="rId2" Type="{PACKAGE}/relationships/metadata/core-properties" Target="docProps/core.xml"/></Relationships>"#
    );
    let links = ["styles", "settings", "header"]
        .iter()
        .zip(["styles", "settings", "header1"])
        .enumerate()
        .map(|(at, (kind, part))| format!(r#"<Relationship Id="rId{}" Type="{LINKS}/{kind}" Target="{part}.xml"/>"#, at + 1))
        .collect::<String>();
    let links = format!(r#"{HEAD}<Relationships xmlns="{PACKAGE}/relationships">{links}</Relationships>"#);
    let day = sheet.day.format("%Y-%m-%dT00:00:00Z");
    let core = format!(
        r#"{HEAD}<cp:coreProperties xmlns:cp="{PACKAGE}/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:title>{}</dc:title><dc:creator>{}</dc:creator><dcterms:created xsi:type="dcterms:W3CDTF">{day}</dcterms:created><dcterms:modified xsi:type="dcterms:W3CDTF">{day}</dcterms:modified><dc:language>vi-VN</dc:language></cp:coreProperties>"#,
        escape(sheet.title),
        escape(sheet.creator)
    );
    let font = "Times New Roman";
    let styles = format!(
        r#"{HEAD}<w:styles xmlns:w="{MAIN}"><w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="{font}" w:eastAsia="{font}" w:hAnsi="{font}" w:cs="{font}"/><w:sz w:val="28"/><w:szCs w:val="28"/><w:lang w:val="vi-VN" w:eastAsia="vi-VN" w:bidi="ar-SA"/></w:rPr></w:rPrDefault><w:pPrDefault/></w:docDefaults><w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:qFormat/></w:style></w:styles>"#
    );
    let settings = format!(
        r#"{HEAD}<w:settings xmlns:w="{MAIN}"><w:zoom w:percent="100"/><w:defaultTabStop w:val="720"/><w:characterSpacingControl w:val="doNotCompress"/><w:compat><w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat></w:settings>"#
    );
    // Page numbers: Arabic, 14 points, in the middle of the upper margin, none on the first page.
    let header = format!(
        r#"{HEAD}<w:hdr xmlns:w="{MAIN}"><w:p><w:pPr><w:jc w:val="center"/></w:pPr><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> PAGE </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>2</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r></w:p></w:hdr>"#
    );
    let document = format!(
        r#"{HEAD}<w:document xmlns:w="{MAIN}" xmlns:r="{LINKS}"><w:body>{}<w:sectPr><w:headerReference w:type="default" r:id="rId3"/><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="{}" w:right="{}" w:bottom="{}" w:left="{}" w:header="567" w:footer="567" w:gutter="0"/><w:pgNumType w:fmt="decimal" w:start="1"/><w:cols w:space="720"/><w:titlePg/></w:sectPr></w:body></w:document>"#,
        sheet.body, sheet.top, sheet.right, sheet.bottom, sheet.left
    );
    let parts = [
        ("[Content_Types].xml", content_types),
        ("_rels/.rels", roots),
        ("docProps/core.xml", core),
        ("word/document.xml", document),
        ("word/_rels/document.xml.rels", links),
        ("word/styles.xml", styles),
        ("word/settings.xml", settings),
        ("word/header1.xml", header),
    ];
    zipped(&parts, sheet.day).map_err(Error::internal)
}

fn zipped(parts: &[(&str, String)], day: NaiveDate) -> Result<Vec<u8>, Box<dyn std::error::Error + Send + Sync>> {
    // ZIP knows the years from 1980 to 2107.
    let year = u16::try_from(day.year().clamp(1980, 2107))?;
    let time = DateTime::from_date_and_time(year, u8::try_from(day.month())?, u8::try_from(day.day())?, 0, 0, 0)?;
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated).last_modified_time(time);
    let mut file = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in parts {
        file.start_file(*name, options)?;
        file.write_all(text.as_bytes())?;
    }
    Ok(file.finish()?.into_inner())
}
