// Package web is the laboratory's face: pages for experimenters, participants and analysts.
package web
