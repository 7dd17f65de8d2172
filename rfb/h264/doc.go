// Package h264 encodes pictures as H.264 (Recommendation ITU-T H.264) and decodes them, each by an ffmpeg of its own, so that what
// a machine or a file contains is never decoded in this process.
//
// Encoder and Decoder work on one stream: pictures of one size, each of which depends on those before it. A picture is what RFB calls
// a rectangle of the encoding H264: an access unit in the byte stream format of Annex B, with one slice. The first of a stream has the
// parameter sets and can be decoded alone.
//
// ffmpeg gets and gives pictures over pipes. Encoded pictures pass in FLV (Adobe Flash Video File Format Specification 10.1, annex E),
// the simplest container that says where a picture ends and that ffmpeg both reads and writes: without it a decoder would wait for the next
// picture.
package h264
