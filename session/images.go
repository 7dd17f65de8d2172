package session

import (
	"errors"
	"os"

	"vmstudy/stream"
	"vmstudy/stream/wire"
	"vmstudy/vmhost"
)

// The names of an appliance's images, in the order in which an origin serves them.
const (
	memoryImage = "memory"
	diskImage   = "disk"
	deviceImage = "device"
)

// deviceNumber is the place of the state of the devices in that order.
const deviceNumber = 2

// OpenImages opens the files of an appliance as images, for an origin or for the store of appliances.
// release closes them.
func OpenImages(files vmhost.Files) (images []wire.Source, release func() error, err error) {
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
