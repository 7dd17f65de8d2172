package session

import (
	"errors"
	"os"

	"vmstudy/stream"
	"vmstudy/vmhost"
)

// The images of an appliance, in the origin's order.
const (
	memoryImage = "memory"
	diskImage   = "disk"
	deviceImage = "device"
)

// OpenImages opens the files of an appliance as the images that an origin serves and that the
// store of appliances keeps. They may be read until release is called.
func OpenImages(files vmhost.Files) (images []stream.Source, release func() error, err error) {
	var opened []*os.File
	release = func() error {
		var errs []error
		for _, f := range opened {
			errs = append(errs, f.Close())
		}
		return errors.Join(errs...)
	}
	for _, image := range []struct{ name, path string }{
		{memoryImage, files.Memory}, {diskImage, files.Disk}, {deviceImage, files.Device},
	} {
		source, f, err := stream.OpenFile(image.name, image.path)
		if err != nil {
			return nil, nil, errors.Join(err, release())
		}
		opened, images = append(opened, f), append(images, source)
	}
	return images, release, nil
}
